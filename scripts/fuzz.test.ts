import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('./fuzz.ts', import.meta.url));

function fuzz(...args: string[]) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  return { stdout, errors: stderr.trim().split('\n'), status };
}

describe('fuzz', () => {
  it('says how it is used, and which targets there are', () => {
    const { stdout, status } = fuzz('--help');
    expect(status).toBe(0);
    for (const said of ['--inputs', '--seed', '--skip', 'rtsp-stream, ']) expect(stdout).toContain(said);
  });

  it.each([
    ['--speed', /--speed/],
    ['rtsp', /no target rtsp: rtsp-stream, /],
    ['--inputs=many', /whole number, not "many"/],
  ])('answers %s with one line', (argument, line) => {
    const { errors, status } = fuzz(argument);
    expect(status).toBe(1);
    expect(errors).toEqual([expect.stringMatching(line)]);
  });

  it('feeds the targets named and no other', () => {
    const { stdout, status } = fuzz('sdp', '--inputs', '500');
    expect(status).toBe(0);
    expect(stdout.trim().split('\n')).toEqual([expect.stringMatching(/^sdp +500 inputs/)]);
  });
});
