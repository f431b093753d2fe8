import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runFolder } from '../run-folder.ts';
import { claimPidFile, removePidFile } from './sibling/pid-file.ts';
import { StartError } from './start-error.ts';

/** A data folder that is ours alone while `release()` has not been called. */
export interface DataFolder {
  path: string;
  runDir: string;
  logDir: string;
  release(): void;
}

/**
 * Makes the folder if need be and takes it for this process.
 * @throws StartError when it cannot be written to, or another Marsad runs on it
 */
export function claimDataFolder(path: string): DataFolder {
  const root = process.getuid?.() === 0;
  try {
    // Root's database runs under another account, which must pass through; what is inside has modes of its own.
    mkdirSync(path, { recursive: true, mode: root ? 0o711 : 0o700 });
    accessSync(path, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new StartError(
      `The data folder ${path} cannot be written to: ${(error as Error).message}`,
      'Choose another one (MARSAD_DATA=/some/folder npm start), or start as the user it belongs to.',
      error,
    );
  }
  const owner = statSync(path).uid;
  if (root && owner !== 0 && existsSync(join(path, 'secrets')))
    throw new StartError(
      `The data folder ${path} belongs to an ordinary user (uid ${owner}), and you are root.`,
      'Start as that user, or choose another data folder (MARSAD_DATA).',
    );
  const runDir = runFolder(path);
  const lock = join(runDir, 'supervisor.pid');
  const holder = claimPidFile(lock);
  if (holder)
    throw new StartError(
      `Marsad already runs with the data folder ${path} (process ${holder.pid}).`,
      `Use that one, end it (kill ${holder.pid}), or choose another data folder (MARSAD_DATA) and other ports.`,
    );
  return { path, runDir, logDir: join(path, 'logs'), release: () => removePidFile(lock) };
}
