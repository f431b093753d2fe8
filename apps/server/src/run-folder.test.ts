import { lstatSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { folderTag, runFolder, socketFolder } from './run-folder.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const me = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

describe('folder for sockets', () => {
  it('is in the data folder when its path is short and plain', () => {
    const folder = temporaryFolder();
    expect(runFolder(folder)).toBe(join(folder, 'run'));
    expect(lstatSync(join(folder, 'run')).mode & 0o777).toBe(0o700);
  });

  it.each(['a/'.repeat(60), 'a folder'])('is a short one elsewhere when it is not: %s', (name) => {
    const folder = runFolder(join(temporaryFolder(), name));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    expect(folder).toMatch(/^\/tmp\/marsad-\d+-[0-9a-f]{10}$/);
    expect(lstatSync(folder).mode & 0o777).toBe(0o700);
  });

  it('is not taken from somebody who put a link there', () => {
    const wanted = join(temporaryFolder(), 'x '.repeat(5));
    const trap = `/tmp/marsad-${me.uid}-${folderTag(wanted)}`;
    symlinkSync(temporaryFolder(), trap);
    onTestFinished(() => rmSync(trap));
    expect(() => socketFolder(wanted, me)).toThrow(/belongs to somebody else/);
  });
});
