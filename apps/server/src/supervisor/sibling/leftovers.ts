import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readPidFile, removePidFile } from './pid-file.ts';
import { endProcess } from './process-identity.ts';

/**
 * Ends what a supervisor that was killed has left running, except the names in `keep`, which will be adopted.
 * @returns names of those that were running
 */
export async function endLeftovers(runDir: string, keep: readonly string[]): Promise<string[]> {
  if (!existsSync(runDir)) return [];
  const names = readdirSync(runDir)
    .filter((file) => file.endsWith('.pid'))
    .map((file) => file.slice(0, -'.pid'.length))
    .filter((name) => name !== 'supervisor' && !keep.includes(name));
  const ended = await Promise.all(
    names.map(async (name) => {
      const file = join(runDir, `${name}.pid`);
      const left = readPidFile(file);
      if (left) await endProcess(left, name === 'postgres' ? 'SIGINT' : 'SIGTERM', 8000);
      removePidFile(file);
      return left ? [name] : [];
    }),
  );
  return ended.flat();
}
