import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderTag, runFolder, socketFolder } from '../../run-folder.ts';
import { StartError } from '../start-error.ts';
import { type Account, canReach } from './account.ts';

/** Where the private database of a data folder is. */
export interface DatabaseLocation {
  /** Holds the clusters, one folder for each major version, and the binaries. */
  folder: string;
  /** Where its Unix socket is. */
  socketFolder: string;
  /** `null`: it runs under our own account. */
  account: Account | null;
}

/** Where a database goes whose own account cannot reach the data folder, as under a home of mode 0700. */
const elsewhere = '/var/lib/marsad';

/**
 * Decides where the database is, once: the answer is kept in `<data>/postgres/location.json`, for a data folder must
 * find its database again even when permissions around it have changed since.
 * @throws StartError when the database that belongs to the data folder is gone or another's
 */
export function locateDatabase(dataDir: string, account: Account | null): DatabaseLocation {
  const inside = join(dataDir, 'postgres');
  const note = join(inside, 'location.json');
  mkdirSync(inside, { recursive: true, mode: 0o700 });
  const kept = existsSync(note) ? readNote(note) : null;
  const { folder } = kept ?? { folder: account ? folderFor(account, dataDir, inside) : inside };
  if (kept) checkKept(kept, dataDir, note, account);
  else writeFileSync(note, `${JSON.stringify({ folder, account }, null, 2)}\n`, { mode: 0o600 });
  const owner = kept?.account ?? account;
  return {
    folder,
    account: owner,
    socketFolder: owner ? socketFolder(join(folder, 'run'), owner) : runFolder(dataDir),
  };
}

interface Note {
  folder: string;
  account: Account | null;
}

function readNote(path: string): Note {
  return JSON.parse(readFileSync(path, 'utf8')) as Note;
}

function folderFor(account: Account, dataDir: string, inside: string): string {
  // They are only passed through: what is in them has modes of its own.
  for (const folder of [dataDir, inside]) chmodSync(folder, statSync(folder).mode | 0o011);
  if (canReach(account, inside)) return inside;
  const folder = join(elsewhere, folderTag(dataDir));
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  chmodSync(elsewhere, 0o711);
  chmodSync(folder, 0o711);
  return folder;
}

function checkKept(kept: Note, dataDir: string, note: string, account: Account | null): void {
  if (!existsSync(kept.folder))
    throw new StartError(
      `The database of ${dataDir} is in ${kept.folder}, and that folder is gone.`,
      `Bring the folder back. To begin with an empty database instead, remove ${note}.`,
    );
  if (kept.account && !account)
    throw new StartError(
      `The database of ${dataDir} was made by root and belongs to the account ${kept.account.name}.`,
      'Start as root again, or use another data folder (MARSAD_DATA).',
    );
  if (!kept.account && account)
    throw new StartError(
      `${dataDir} belongs to an ordinary user, and you are root.`,
      'Start as that user, or use another data folder (MARSAD_DATA).',
    );
}
