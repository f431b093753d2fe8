import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { until } from '../../testing/until.ts';
import { endLeftovers } from './leftovers.ts';
import { LogFile } from './log-file.ts';
import { claimPidFile, readPidFile } from './pid-file.ts';
import { identify, isRunning } from './process-identity.ts';
import { type Exit, Sibling, type SiblingOptions } from './sibling.ts';

const idle = 'setInterval(() => {}, 1000)';

function makeSibling(folder: string, script: string, options: Partial<SiblingOptions> = {}) {
  const exits: Exit[] = [];
  const failures: unknown[] = [];
  const sibling = new Sibling({
    name: 'test',
    launch: () => ({ file: process.execPath, args: ['-e', script], env: { TEST_FOLDER: folder }, cwd: folder }),
    pidFile: join(folder, 'test.pid'),
    log: new LogFile(join(folder, 'test.log')),
    stopSignal: 'SIGTERM',
    stopMs: 2000,
    leftover: 'adopt',
    onExit: (exit) => exits.push(exit),
    onFailure: (error) => failures.push(error),
    ...options,
  });
  onTestFinished(async () => {
    await sibling.stop();
  });
  return { sibling, exits, failures };
}

const running = (pid: number | null) => pid !== null && identify(pid) !== null;

describe('sibling', () => {
  it('writes to its log, and ends when asked', async () => {
    const folder = temporaryFolder();
    const { sibling } = makeSibling(folder, `console.log('hello'); console.error('there'); ${idle}`);
    expect(await sibling.start()).toBe('started');
    await until(() => sibling.log.lastLines(2) === 'hello\nthere');
    const { pid } = sibling;
    expect(await sibling.stop()).toBe('ended');
    expect(running(pid)).toBe(false);
    expect(existsSync(join(folder, 'test.pid'))).toBe(false);
    expect(await sibling.stop()).toBe('ended');
  });

  it('is started again when it dies, later each time', async () => {
    const { sibling, exits } = makeSibling(temporaryFolder(), 'process.exit(3)');
    await sibling.start();
    await until(() => exits.length === 2);
    expect(exits.map(({ code, retryMs }) => ({ code, retryMs }))).toEqual([
      { code: 3, retryMs: 1000 },
      { code: 3, retryMs: 2000 },
    ]);
    expect(sibling.deaths).toBe(2);
  });

  it('is killed with its children when it does not end', async () => {
    const folder = temporaryFolder();
    const stubborn = `
      process.on('SIGTERM', () => {});
      const child = require('node:child_process').spawn(process.execPath, ['-e', "process.on('SIGTERM', () => {}); ${idle}"]);
      require('node:fs').writeFileSync(process.env.TEST_FOLDER + '/child', String(child.pid));
      ${idle}`;
    const { sibling } = makeSibling(folder, stubborn, { stopMs: 200 });
    await sibling.start();
    const file = join(folder, 'child');
    await until(() => existsSync(file) && readFileSync(file, 'utf8') !== '');
    const child = Number(readFileSync(file, 'utf8'));
    expect(running(child)).toBe(true);
    expect(await sibling.stop()).toBe('killed');
    await until(() => !running(child));
  });

  it('takes over one that was left running, and starts another when that one dies', async () => {
    const folder = temporaryFolder();
    const first = makeSibling(folder, idle);
    await first.sibling.start();
    const second = makeSibling(folder, idle);
    expect(await second.sibling.start()).toBe('adopted');
    expect(second.sibling.pid).toBe(first.sibling.pid);
    await first.sibling.stop();
    await until(() => second.exits.length === 1);
    await until(() => second.sibling.pid !== null);
    expect(second.sibling.pid).not.toBe(first.sibling.pid);
  });

  it('ends one that was left running when it is not to be taken over', async () => {
    const folder = temporaryFolder();
    const first = makeSibling(folder, idle);
    await first.sibling.start();
    const { pid } = first.sibling;
    const second = makeSibling(folder, idle, { leftover: 'end' });
    expect(await second.sibling.start()).toBe('started');
    expect(running(pid)).toBe(false);
  });

  it('tells of a program that cannot be started, at once or when it is tried again', async () => {
    const folder = temporaryFolder();
    const nothing = { file: '/does/not/exist', args: [], env: {}, cwd: folder };
    await expect(makeSibling(folder, '', { launch: () => nothing }).sibling.start()).rejects.toThrow(/ENOENT/);
    let gone = false;
    const launch = () => (gone ? nothing : { file: process.execPath, args: ['-e', ''], env: {}, cwd: folder });
    const { sibling, failures, exits } = makeSibling(folder, '', { launch });
    await sibling.start();
    gone = true;
    await until(() => failures.length === 1);
    expect(exits).toHaveLength(1);
  });

  it('ends at once when killed, and stays ended', async () => {
    const { sibling, exits } = makeSibling(temporaryFolder(), idle);
    await sibling.start();
    const { pid } = sibling;
    sibling.kill();
    await until(() => !running(pid));
    expect(exits).toEqual([]);
  });
});

describe('left-overs', () => {
  it('are ended, except those that will be taken over', async () => {
    const folder = temporaryFolder();
    const [one, other] = ['one', 'other'].map(
      (name) => makeSibling(folder, idle, { pidFile: join(folder, `${name}.pid`) }).sibling,
    );
    await one?.start();
    await other?.start();
    const left = other?.pid ?? null;
    expect(await endLeftovers(folder, ['one'])).toEqual(['other']);
    expect(running(left)).toBe(false);
    expect(running(one?.pid ?? null)).toBe(true);
    expect(await endLeftovers(join(folder, 'none'), [])).toEqual([]);
  });
});

describe('pid file', () => {
  it('belongs to the first who takes it', () => {
    const file = join(temporaryFolder(), 'a.pid');
    expect(claimPidFile(file)).toBeNull();
    expect(claimPidFile(file)?.pid).toBe(process.pid);
  });

  it.each([
    ['of a process that is gone', JSON.stringify({ pid: 4_194_000, startedAt: '1' })],
    ['of a process whose number another has now', JSON.stringify({ pid: process.pid, startedAt: '1' })],
    ['half written', '{"pid": 1'],
  ])('is free when it is one %s', (_, text) => {
    const file = join(temporaryFolder(), 'a.pid');
    writeFileSync(file, text);
    expect(readPidFile(file)).toBeNull();
    expect(claimPidFile(file)).toBeNull();
    expect(readPidFile(file)?.pid).toBe(process.pid);
  });

  it('does not take a number for a process', () => {
    expect(identify(-1)).toBeNull();
    expect(identify(Number.NaN)).toBeNull();
    expect(isRunning({ pid: process.pid, startedAt: 'another time' })).toBe(false);
  });
});
