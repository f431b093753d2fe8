import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';

const launcher = fileURLToPath(new URL('./marsad.mjs', import.meta.url));
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A copy of Marsad with one package, and an npm that does what `npm` says. */
function plant(npm: string, files: Record<string, string> = {}): string {
  const root = mkdtempSync(join(tmpdir(), 'marsad-launch-'));
  folders.push(root);
  const all = {
    'package-lock.json': JSON.stringify({ packages: { 'node_modules/a': { version: '1.0.0' } } }),
    'apps/server/src/main.ts': "console.log('main', ...process.argv.slice(2));",
    'bin/npm': `#!/bin/sh\necho "npm $*" >> ${root}/npm.log\n${npm}\n`,
    ...files,
  };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  chmodSync(join(root, 'bin/npm'), 0o755);
  mkdirSync(join(root, 'scripts'), { recursive: true });
  copyFileSync(launcher, join(root, 'scripts/marsad.mjs'));
  return root;
}

function launch(root: string, ...args: string[]) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(root, 'scripts/marsad.mjs'), ...args], {
    encoding: 'utf8',
    env: { PATH: `${root}/bin:/usr/bin:/bin` },
  });
  return { stdout, stderr, status };
}

const installed = (version: string) => ({
  'node_modules/.package-lock.json': JSON.stringify({ packages: { 'node_modules/a': { version } } }),
});
const installs = `mkdir -p node_modules/a && echo '${JSON.stringify({ packages: { 'node_modules/a': { version: '1.0.0' } } })}' > node_modules/.package-lock.json && echo '{}' > node_modules/a/package.json`;

describe('launcher', () => {
  it('installs without running anything that packages bring, then hands over', () => {
    const root = plant(installs);
    const { stdout, stderr, status } = launch(root, 'start', '--loud');
    expect(stdout).toBe('main start --loud\n');
    expect(stderr).toMatch(/Installing packages: 1 of 1/);
    expect(status).toBe(0);
    expect(spawnSync('cat', [join(root, 'npm.log')], { encoding: 'utf8' }).stdout).toMatch(/^npm ci --ignore-scripts/);
  });

  it('installs nothing when everything is there, even if it could not', () => {
    expect(launch(plant('exit 1', installed('1.0.0')), 'version')).toEqual({
      stdout: 'main version\n',
      stderr: '',
      status: 0,
    });
  });

  it('installs again when the lock file asks for another version', () => {
    expect(launch(plant(installs, installed('0.9.0')), 'version').stderr).toMatch(/Installing packages/);
  });

  it.each([
    ['npm error code ENOTFOUND', /registry cannot be reached[\s\S]*HTTPS_PROXY/],
    ['npm error code EACCES', /cannot be written[\s\S]*the user this folder belongs to/],
    ['npm error code ENOSPC', /disk is full/],
    ['npm error code EUSAGE', /could not be installed[\s\S]*_logs/],
  ])('says what to do about %s', (output, advice) => {
    const { stderr, status } = launch(plant(`echo "${output}" >&2; exit 1`), 'start');
    expect(stderr).toContain(output);
    expect(stderr).toMatch(advice);
    expect(status).toBe(1);
  });

  it('runs another program with its arguments and keeps its exit code', () => {
    const script = "console.log(process.argv.slice(2).join('+'), process.env.PATH?.split(':')[0]); process.exit(7);";
    const root = plant('exit 1', { ...installed('1.0.0'), 'scripts/test.ts': script });
    const { stdout, status } = launch(root, '--run', 'scripts/test.ts', 'a', '--b');
    expect(stdout).toBe(`a+--b ${join(process.execPath, '..')}\n`);
    expect(status).toBe(7);
    expect(launch(root, '--run').stderr).toMatch(/needs the file/);
  });

  it('gives the code a shell gives when a signal ends the program', () => {
    const root = plant('', { ...installed('1.0.0'), 'scripts/die.ts': "process.kill(process.pid, 'SIGKILL');" });
    expect(launch(root, '--run', 'scripts/die.ts').status).toBe(137);
  });

  it('knows an incomplete copy', () => {
    const root = plant('');
    rmSync(join(root, 'package-lock.json'));
    expect(launch(root, 'start').stderr).toMatch(/no complete copy of Marsad/);
  });
});
