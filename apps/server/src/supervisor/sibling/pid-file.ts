import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { identify, isRunning, type ProcessIdentity } from './process-identity.ts';

/** Who is named in the file and still runs; `null` when nobody. */
export function readPidFile(path: string): ProcessIdentity | null {
  try {
    const found = JSON.parse(readFileSync(path, 'utf8')) as ProcessIdentity;
    return isRunning(found) ? found : null;
  } catch {
    // Not there, or half written when the power went.
    return null;
  }
}

export function writePidFile(path: string, identity: ProcessIdentity): void {
  writeFileSync(`${path}.new`, JSON.stringify(identity), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

export function removePidFile(path: string): void {
  rmSync(path, { force: true });
}

/**
 * Takes the file for this process, as a lock. A file whose owner is gone does not count.
 * @returns null when taken, else who has it
 */
export function claimPidFile(path: string): ProcessIdentity | null {
  const own = identify(process.pid);
  if (!own) throw new Error('this process cannot find itself');
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(own), { mode: 0o600 });
  try {
    for (;;) {
      try {
        linkSync(draft, path);
        return null;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = readPidFile(path);
      if (holder) return holder;
      const rival = setAside(path);
      if (rival) return rival;
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Moves a dead owner's file away. Between the look and the move another may have taken the lock: it gets it back. */
function setAside(path: string): ProcessIdentity | null {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return null;
  }
  const rival = readPidFile(aside);
  if (rival) renameSync(aside, path);
  else rmSync(aside, { force: true });
  return rival;
}
