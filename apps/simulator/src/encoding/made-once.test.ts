import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { madeOnce } from './made-once.ts';

describe('madeOnce', () => {
  let lock: string;
  let made: number;
  beforeEach(() => {
    const folder = mkdtempSync(join(tmpdir(), 'made-once-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    lock = join(folder, 'lock');
    made = 0;
  });
  const isThere = async () => made > 0;
  const make = async () => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    made++;
  };

  it('makes it for one, and the others wait until it is there', async () => {
    await Promise.all(Array.from({ length: 5 }, () => madeOnce(lock, isThere, make)));
    expect(made).toBe(1);
    expect(existsSync(lock)).toBe(false);
  });

  it('takes over from a process that was killed', async () => {
    writeFileSync(lock, String(spawnSync('true').pid));
    await madeOnce(lock, isThere, make);
    expect(made).toBe(1);
  });

  it('takes over where another process has got the number', async () => {
    writeFileSync(lock, String(process.pid));
    const before = new Date(Date.now() - 20_000);
    utimesSync(lock, before, before);
    await madeOnce(lock, isThere, make);
    expect(made).toBe(1);
  });

  it('waits for a process that lives', async () => {
    writeFileSync(lock, String(process.pid));
    const waiting = madeOnce(lock, isThere, make);
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(made).toBe(0);
    rmSync(lock);
    await waiting;
    expect(made).toBe(1);
  });

  it('tells what went wrong, and lets the next one try', async () => {
    await expect(madeOnce(lock, isThere, () => Promise.reject(new Error('no encoder')))).rejects.toThrow('no encoder');
    await expect(madeOnce(lock, isThere, () => Promise.resolve())).rejects.toThrow('is not there');
    await madeOnce(lock, isThere, make);
    expect(made).toBe(1);
  });
});
