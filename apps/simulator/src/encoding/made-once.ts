import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** Who works shows it every two seconds; a lock that shows nothing for so long, in milliseconds, counts for nothing. */
const SIGN_MS = 2_000;
const STALE_MS = 15_000;

/**
 * Makes what is kept in files unless it is there, and only once, however many processes want it: the others wait. A
 * lock whose process is gone, or has another process's number now, is taken over. Rejects when `make` does, or makes something else.
 * @param lock a file that names who is at work
 */
export async function madeOnce(lock: string, isThere: () => Promise<boolean>, make: () => Promise<void>) {
  while (!(await isThere())) {
    if (!(await claim(lock))) {
      await delay(200);
      continue;
    }
    const signs = setInterval(() => void utimes(lock, new Date(), new Date()).catch(() => {}), SIGN_MS);
    try {
      if (await isThere()) return;
      await make();
      if (!(await isThere())) throw new Error(`what was to be made is not there: ${lock}`);
    } finally {
      clearInterval(signs);
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
