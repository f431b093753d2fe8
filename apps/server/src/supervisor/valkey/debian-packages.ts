import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { StartError } from '../start-error.ts';

const run = promisify(execFile);

const packages = ['valkey-server', 'valkey-tools', 'liblzf1', 'libjemalloc2'];
/** What a slim system may lack, by the file that shows it is there. */
const libraries = { 'libatomic.so.1': 'libatomic1', 'libssl.so.3': 'libssl3', 'libsystemd.so.0': 'libsystemd0' };
const libraryFolders = ['lib', 'usr/lib'].map((part) => `/${part}/${debianTriplet()}`);

/** Whether this is a Debian whose backports have Valkey. */
export function hasDebianPackages(release = '/etc/os-release', aptGet = '/usr/bin/apt-get'): boolean {
  if (!existsSync(release) || !existsSync(aptGet)) return false;
  const text = readFileSync(release, 'utf8');
  return /^ID=debian$/m.test(text) && /^VERSION_CODENAME=bookworm$/m.test(text);
}

/** The folder of libraries in what was unpacked. */
export function debianTriplet(): string {
  return process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
}

/**
 * Downloads Valkey from Debian's backports with apt's own signature checks, but with a package list and folders of its
 * own: no root, and nothing of the system changes. `target` gets its name last: when it is there it is whole.
 * @throws StartError when apt cannot reach its servers
 */
export async function fetchValkeyFromDebian(target: string, signal?: AbortSignal): Promise<void> {
  const draft = `${target}.${process.pid}.new`;
  rmSync(draft, { recursive: true, force: true });
  for (const part of ['lists/partial', 'cache/archives/partial', 'packages', 'root'])
    mkdirSync(join(draft, part), { recursive: true });
  const sources = join(draft, 'sources.list');
  const mirror = systemMirror();
  writeFileSync(sources, ['bookworm', 'bookworm-backports'].map((suite) => `deb ${mirror} ${suite} main\n`).join(''));
  const options = {
    'Dir::Etc::sourcelist': sources,
    'Dir::Etc::sourceparts': '-',
    'Dir::State::lists': join(draft, 'lists'),
    'Dir::Cache': join(draft, 'cache'),
    // Root would download as _apt, who may not get into our folder.
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '2',
    'Acquire::http::Timeout': '20',
    'Debug::NoLocking': '1',
  };
  const flags = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const missing = Object.entries(libraries)
    .filter(([file]) => !libraryFolders.some((folder) => existsSync(join(folder, file))))
    .map(([, name]) => name);
  try {
    const place = { cwd: join(draft, 'packages'), ...(signal && { signal }) };
    // A list that cannot be fetched is a mere warning to apt unless told otherwise.
    await run('apt-get', [...flags, '-o', 'APT::Update::Error-Mode=any', '-qq', 'update'], place);
    await run('apt-get', [...flags, '-qq', '-t', 'bookworm-backports', 'download', ...packages, ...missing], place);
    for (const file of readdirSync(place.cwd)) await run('dpkg', ['-x', file, join(draft, 'root')], place);
    renameSync(join(draft, 'root'), target);
  } catch (error) {
    signal?.throwIfAborted();
    // Another process may have been quicker.
    if (existsSync(target)) return;
    const output = String((error as { stderr?: string }).stderr || error).trim();
    throw new StartError(
      `Valkey could not be downloaded from ${mirror}:\n${output}`,
      'Check the connection to that server (apt’s own proxy settings are used), install valkey-server, or set VALKEY_URL.',
      error,
    );
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** The mirror this system uses for Debian: on a closed network, the only one there is. */
function systemMirror(): string {
  const lists = ['/etc/apt/sources.list'];
  const folder = '/etc/apt/sources.list.d';
  if (existsSync(folder)) lists.push(...readdirSync(folder).map((name) => join(folder, name)));
  for (const list of lists) {
    if (!existsSync(list)) continue;
    const found = /^(?:deb\s+(?:\[[^\]]*\]\s+)?|URIs:\s*)(https?:\/\/\S+\/debian)\/?(?:\s|$)/m.exec(
      readFileSync(list, 'utf8'),
    );
    if (found?.[1]) return found[1];
  }
  return 'http://deb.debian.org/debian';
}
