import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

export interface Count {
  passed: number;
  failed: number;
}

/** Runs a program of the packages with our own Node, its output on the terminal. @returns whether it ended with 0 */
export function runProgram(script: string, args: string[]): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, script), ...args], { cwd: root, stdio: 'inherit' });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => child.kill(signal));
    child.once('error', reject);
    child.once('exit', (code) => resolve(code === 0));
  });
}

/** A program that says yes or no counts as one test. */
export async function check(script: string, args: string[]): Promise<Count> {
  const good = await runProgram(script, args);
  return { passed: good ? 1 : 0, failed: good ? 0 : 1 };
}

/** @param args further arguments of vitest */
export async function vitest(args: string[]): Promise<Count> {
  const report = join(root, 'test-results', `vitest-${process.pid}-${args.length}.json`);
  rmSync(report, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const good = await runProgram('node_modules/vitest/vitest.mjs', ['run', ...reporters, ...args]);
  return count(good, report, (json) => ({ passed: json.numPassedTests ?? 0, failed: json.numFailedTests ?? 0 }));
}

interface Report {
  numPassedTests?: number;
  numFailedTests?: number;
  stats?: { expected: number; unexpected: number; flaky: number };
}

function count(good: boolean, report: string, read: (json: Report) => Count): Count {
  let found = { passed: 0, failed: 0 };
  try {
    found = read(JSON.parse(readFileSync(report, 'utf8')) as Report);
  } catch {
    // It ended before it could write its report: that is the failure counted below.
  }
  // A file that does not load, or too little coverage, fails the run without failing a test.
  return good || found.failed > 0 ? found : { ...found, failed: 1 };
}

export async function playwright(config: string): Promise<Count> {
  const report = join(root, 'test-results', `playwright-${process.pid}.json`);
  process.env.PLAYWRIGHT_JSON_OUTPUT_NAME = report;
  const good = await runProgram('node_modules/@playwright/test/cli.js', ['test', '-c', config, '--reporter=line,json']);
  return count(good, report, ({ stats }) => ({
    passed: (stats?.expected ?? 0) + (stats?.flaky ?? 0),
    failed: stats?.unexpected ?? 0,
  }));
}
