import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { LogEcho } from './log-echo.ts';
import { LogFile } from './log-file.ts';

function makeEcho() {
  const log = new LogFile(join(temporaryFolder(), 'api.log'));
  writeFileSync(log.path, '{"level":50,"msg":"from before"}\n');
  const lines: string[] = [];
  let time = 0;
  const echo = new LogEcho({ name: 'api', log, print: (line) => lines.push(line), now: () => time });
  const write = (text: string) => {
    appendFileSync(log.path, text);
    echo.poll();
  };
  return { log, lines, echo, write, pass: (ms: number) => (time += ms) };
}

describe('echo of a log', () => {
  it('repeats warnings and errors with their cause, and nothing else', () => {
    const { lines, write } = makeEcho();
    write('{"level":30,"msg":"all is well"}\nplain text\n{"level":40,"msg":"slow"}\n{broken\n');
    write('{"level":50,"msg":"lost","err":{"message":"ECONNRESET"}}\n');
    expect(lines).toEqual(['api: slow', 'api: lost: ECONNRESET']);
  });

  it('waits for the rest of a line', () => {
    const { lines, write } = makeEcho();
    write('{"level":40,');
    write('"msg":"two halves"}\n');
    expect(lines).toEqual(['api: two halves']);
  });

  it('says no more than five in ten seconds, and how many it kept back', () => {
    const { lines, write, pass, log } = makeEcho();
    for (let i = 0; i < 8; i++) write(`{"level":40,"msg":"${i}"}\n`);
    expect(lines).toHaveLength(5);
    pass(11_000);
    write('{"level":40,"msg":"later"}\n');
    expect(lines.slice(5)).toEqual([`api: 3 more in ${log.path}`, 'api: later']);
  });

  it('goes on with a file that was emptied, and bears one that is gone', () => {
    const { lines, write, log, echo } = makeEcho();
    truncateSync(log.path);
    echo.poll();
    write('{"level":40,"msg":"anew"}\n');
    expect(lines).toEqual(['api: anew']);
    expect(new LogFile(join(temporaryFolder(), 'none')).lastLines(3)).toBe('(empty)');
    echo.start();
    echo.close();
    echo.close();
  });

  it('keeps the file within bounds while its writer has it open', () => {
    const { log, write, lines } = makeEcho();
    const filler = `${'x'.repeat(1023)}\n`.repeat(1024 * 10);
    for (let round = 0; round < 5; round++) write(filler);
    expect(log.size()).toBe(0);
    expect(readFileSync(`${log.path}.3`).length).toBeGreaterThanOrEqual(10 * 1024 * 1024);
    expect(() => readFileSync(`${log.path}.4`)).toThrow(/ENOENT/);
    write('{"level":40,"msg":"after"}\n');
    expect(lines).toEqual(['api: after']);
  });
});
