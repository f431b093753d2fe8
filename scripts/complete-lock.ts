// Completes package-lock.json with the builds for other systems that its packages name.
//
// A registry mirror that holds only some systems' builds makes npm leave the others out of the lock file, and then
// `npm ci` refuses the lock file on every machine. Run it after each change of dependencies: npm run lock
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

interface Entry {
  version?: string;
  optionalDependencies?: Record<string, string>;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optional?: boolean;
  dev?: boolean;
  license?: string;
}
type Packages = Record<string, Entry>;

export interface MissingBuild {
  /** Folder the lock file would have for it. */
  path: string;
  name: string;
  version: string;
  parent: Entry;
}

/** Builds that a package names with an exact version, and the lock file lacks. */
export function missingBuilds(packages: Packages): MissingBuild[] {
  return Object.entries(packages).flatMap(([path, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([name]) => !isResolved(packages, path, name))
      .map(([name, version]) => {
        // Beside the package that names it: npm puts its other builds there too.
        const folder = path.slice(0, path.lastIndexOf('node_modules/') + 'node_modules/'.length);
        return { path: `${folder}${name}`, name, version, parent: entry };
      }),
  );
}

/** Node's rule: in the package's own `node_modules`, or in that of a folder above. */
function isResolved(packages: Packages, from: string, name: string): boolean {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
    if (packages[`${folder === '' ? '' : `${folder}/`}node_modules/${name}`]) return true;
    if (folder === '') return false;
  }
}

/** For which systems a build is, read from its name: `…-linux-arm64-musl`. */
export function platformOf(name: string): Pick<Entry, 'os' | 'cpu' | 'libc'> {
  const parts = name.split(/[-/]/);
  const os = parts.find((part) => ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'].includes(part));
  const cpu = parts.find((part) =>
    ['arm', 'arm64', 'ia32', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'].includes(part),
  );
  const musl = parts.some((part) => part.startsWith('musl'));
  return {
    ...(cpu && { cpu: [cpu] }),
    ...(os === 'linux' && { libc: [musl ? 'musl' : 'glibc'] }),
    ...(os && { os: [os] }),
  };
}

/** The lock file with an entry for each missing build. They have no checksum: this registry cannot tell it. */
export function completed(packages: Packages): Packages {
  const added = missingBuilds(packages).map(({ path, name, version, parent }): [string, Entry] => {
    const { dev, license } = parent;
    const { cpu, libc, os } = platformOf(name);
    if (!cpu || !/^\d/.test(version)) throw new Error(`${name}@${version} does not look like a build for one system`);
    return [
      path,
      {
        version,
        cpu,
        ...(dev && { dev }),
        ...(libc && { libc }),
        ...(license && { license }),
        optional: true,
        ...(os && { os }),
      },
    ];
  });
  const byPath = (a: string, b: string) => a.localeCompare(b, 'en');
  return Object.fromEntries([...Object.entries(packages), ...added].sort(([a], [b]) => byPath(a, b)));
}

if (import.meta.main) {
  const file = fileURLToPath(new URL('../package-lock.json', import.meta.url));
  const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Packages };
  const missing = missingBuilds(lock.packages).length;
  if (missing > 0) writeFileSync(file, `${JSON.stringify({ ...lock, packages: completed(lock.packages) }, null, 2)}\n`);
  console.log(`${missing} builds added to package-lock.json`);
}
