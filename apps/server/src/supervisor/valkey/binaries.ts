import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { StartError } from '../start-error.ts';
import { debianTriplet, fetchValkeyFromDebian, hasDebianPackages } from './debian-packages.ts';

export interface ValkeyProgram {
  file: string;
  /** Libraries that came with it. */
  libraries: string | null;
}

const oldestMajor = 8;

/**
 * Finds `valkey-server`: on the path, else in the cache, else from Debian's packages.
 * @param searchPath folders as in PATH
 * @param onFetch told when a download begins
 * @throws StartError that says how to get it
 */
export async function findValkey(
  searchPath: string,
  cacheDir: string,
  onFetch: () => void = () => {},
  signal?: AbortSignal,
): Promise<ValkeyProgram> {
  for (const folder of searchPath.split(delimiter)) {
    const file = join(folder, 'valkey-server');
    if (folder !== '' && existsSync(file) && majorOf(file) >= oldestMajor) return { file, libraries: null };
  }
  const unpacked = join(cacheDir, 'valkey');
  const program = {
    file: join(unpacked, 'usr/bin/valkey-server'),
    libraries: join(unpacked, 'usr/lib', debianTriplet()),
  };
  if (existsSync(program.file)) return program;
  if (!hasDebianPackages())
    throw new StartError(
      `Valkey ${oldestMajor} or later is needed, and valkey-server is not on this machine.`,
      process.platform === 'darwin'
        ? 'Install it (`brew install valkey`), or set VALKEY_URL.'
        : 'Install it (Debian 13, Ubuntu 25.04 or later: `apt-get install valkey-server`; Fedora: `dnf install valkey`), or set VALKEY_URL.',
    );
  onFetch();
  await fetchValkeyFromDebian(unpacked, signal);
  return program;
}

function majorOf(file: string): number {
  try {
    return Number(/v=(\d+)\./.exec(execFileSync(file, ['--version'], { encoding: 'utf8' }))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
