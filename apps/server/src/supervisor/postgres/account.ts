import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { StartError } from '../start-error.ts';

/** The account the database runs under when we are root, which PostgreSQL refuses to be. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
}

/** In this order; `nobody` is on every system, the others are better because nothing else uses them. */
const candidates = ['marsad', 'postgres', 'nobody'];

/**
 * `null` for an ordinary user: the database runs under the same account.
 * @throws StartError when root finds none of the accounts
 */
export function databaseAccount(): Account | null {
  if (process.getuid?.() !== 0) return null;
  const entries = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of candidates) {
    const entry = entries.find((fields) => fields[0] === name);
    if (entry) return { name, uid: Number(entry[2]), gid: Number(entry[3]) };
  }
  throw new StartError(
    'PostgreSQL refuses to run as root, and none of the accounts marsad, postgres and nobody exists.',
    'Create one (`useradd --system marsad`), start Marsad as an ordinary user, or set DATABASE_URL.',
  );
}

/** Whether the account gets as far as into `folder`: folders of mode 0700 on the way keep it out. */
export function canReach(account: Account, folder: string): boolean {
  const { status } = spawnSync('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], {
    uid: account.uid,
    gid: account.gid,
    cwd: '/',
    stdio: 'ignore',
  });
  return status === 0;
}
