import { execFile } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { commandLine, identify, type ProcessIdentity } from '../sibling/process-identity.ts';
import { StartError } from '../start-error.ts';
import type { Account } from './account.ts';

/** Owner of the database, and its name. */
export const databaseOwner = 'marsad';

export interface ClusterOptions {
  /** Holds one folder for each major version. */
  folder: string;
  binaries: string;
  major: string;
  account: Account | null;
  password: string;
}

/**
 * Makes the cluster if there is none. It gets its name last, so an interrupted one is begun anew.
 * @returns whether it was made now
 * @throws StartError when the data is of another PostgreSQL, or initdb fails
 */
export async function prepareCluster(options: ClusterOptions): Promise<boolean> {
  const { folder, major, account } = options;
  const cluster = clusterFolder(options);
  if (existsSync(join(cluster, 'PG_VERSION'))) return false;
  const other = readdirSync(folder).find((name) => /^\d+$/.test(name) && name !== major);
  if (other)
    throw new StartError(
      `The data in ${join(folder, other)} is of PostgreSQL ${other}; this version of Marsad brings ${major}.`,
      `Dump it with the version of Marsad that wrote it and load it into a PostgreSQL of your own (DATABASE_URL), or begin with an empty database by moving that folder away.`,
    );
  const draft = `${cluster}.new`;
  const passwordFile = `${cluster}.password`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  writeFileSync(passwordFile, options.password, { mode: 0o600 });
  if (account) for (const path of [draft, passwordFile]) chownSync(path, account.uid, account.gid);
  try {
    await runInitdb(options, draft, passwordFile);
  } finally {
    rmSync(passwordFile, { force: true });
  }
  chmodSync(draft, 0o700);
  renameSync(draft, cluster);
  return true;
}

export function clusterFolder(options: { folder: string; major: string }): string {
  return join(options.folder, options.major);
}

/** A few libraries of the package are found beside it, whatever the system has. */
export function postgresEnvironment(binaries: string): NodeJS.ProcessEnv {
  return { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC', LD_LIBRARY_PATH: join(binaries, 'lib') };
}

async function runInitdb(options: ClusterOptions, target: string, passwordFile: string): Promise<void> {
  // The built-in C.UTF-8 sorts alike on every system: an upgrade of its libraries cannot break an index.
  const args = [
    '-D',
    target,
    '-U',
    databaseOwner,
    '--pwfile',
    passwordFile,
    '--auth=scram-sha-256',
    '--data-checksums',
  ];
  args.push('--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8');
  try {
    await promisify(execFile)(join(options.binaries, 'bin', 'initdb'), args, {
      cwd: '/',
      env: postgresEnvironment(options.binaries),
      ...(options.account && { uid: options.account.uid, gid: options.account.gid }),
    });
  } catch (error) {
    const output = String((error as { stderr?: string }).stderr ?? error).trim();
    throw new StartError(
      `The database could not be created in ${options.folder}:\n${output}`,
      'Check the free space and the permissions of that folder.',
      error,
    );
  }
}

/**
 * Reads the cluster's own lock. One whose process is gone, or whose number another process has now (as after a
 * container's restart), would keep PostgreSQL from starting: it is removed.
 * @returns the running postmaster, or null
 */
export function findPostmaster(cluster: string): ProcessIdentity | null {
  const lock = join(cluster, 'postmaster.pid');
  if (!existsSync(lock)) return null;
  const identity = identify(Number(readFileSync(lock, 'utf8').split('\n')[0]));
  if (identity && commandLine(identity.pid).includes(cluster)) return identity;
  rmSync(lock, { force: true });
  return null;
}

/** What the server is started with: no TCP, durable, modest in memory. */
export function serverArguments(cluster: string, socketFolder: string): string[] {
  const settings = {
    listen_addresses: '',
    unix_socket_directories: socketFolder,
    unix_socket_permissions: '0700',
    password_encryption: 'scram-sha-256',
    shared_buffers: '64MB',
    work_mem: '8MB',
    maintenance_work_mem: '64MB',
    max_connections: '100',
    max_wal_size: '512MB',
    wal_compression: 'on',
    fsync: 'on',
    jit: 'off',
    // A parallel query needs /dev/shm, and a container has little of it.
    max_parallel_workers_per_gather: '0',
    autovacuum_max_workers: '2',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] ',
    log_min_messages: 'warning',
    cluster_name: 'marsad',
  };
  return ['-D', cluster, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}
