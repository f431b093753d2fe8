import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { completed, missingBuilds, platformOf } from './complete-lock.ts';

describe('lock file', () => {
  it('has the builds of every system (if not: npm run lock)', () => {
    const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
    expect(missingBuilds(lock.packages).map(({ path }) => path)).toEqual([]);
  });

  it('gets an entry for each build it lacks', () => {
    const packages = {
      'node_modules/x': {
        version: '2.0.0',
        dev: true,
        optionalDependencies: { '@x/linux-arm64-musl': '2.0.0', '@x/linux-x64': '2.0.0' },
      },
      'node_modules/@x/linux-x64': { version: '2.0.0' },
    };
    expect(Object.keys(completed(packages))).toContain('node_modules/@x/linux-arm64-musl');
    expect(completed(packages)['node_modules/@x/linux-arm64-musl']).toEqual({
      version: '2.0.0',
      cpu: ['arm64'],
      dev: true,
      libc: ['musl'],
      optional: true,
      os: ['linux'],
    });
  });

  it('reads the system from a name, and refuses one that has none', () => {
    expect(platformOf('@a/b-win32-ia32-msvc')).toEqual({ cpu: ['ia32'], os: ['win32'] });
    expect(platformOf('@a/b-linux-arm-musleabihf')).toEqual({ cpu: ['arm'], libc: ['musl'], os: ['linux'] });
    const odd = { 'node_modules/x': { version: '1.0.0', optionalDependencies: { fsevents: '^2.0.0' } } };
    expect(() => completed(odd)).toThrow(/does not look like a build/);
  });
});
