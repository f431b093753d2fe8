import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds after which a lock counts for nothing, whoever holds it. */
const STALE_MS = 600_000;

/**
 * Makes what is kept in files unless it is there, and only once, however many processes want it: the others wait. A
 * lock of a process that is gone, or ten minutes old, is taken over. Rejects when `make` does.
 * @param lock a file that names who is at work
 */
export async function madeOnce(lock: string, isThere: () => Promise<boolean>, make: () => Promise<void>) {
  while (!(await isThere())) {
    if (!(await claim(lock))) {
      await delay(200);
      continue;
    }
    try {
      if (!(await isThere())) await make();
    } finally {
      await rm(lock, { force: true });
    }
  }
}

async function claim(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  if (await isStale(lock)) await rm(lock, { force: true });
  return false;
}

async function isStale(lock: string): Promise<boolean> {
  try {
    const holder = Number(await readFile(lock, 'utf8'));
    if (Date.now() - (await stat(lock)).mtimeMs > STALE_MS) return true;
    // Not written yet.
    if (holder === 0) return false;
    process.kill(holder, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
