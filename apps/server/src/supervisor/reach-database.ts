import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { loadSecrets } from '../secrets.ts';
import { claimDataFolder } from './data-folder.ts';
import { PrivatePostgres } from './postgres/private-postgres.ts';
import { awaitReady } from './sibling/await-ready.ts';
import { StartError } from './start-error.ts';

const readyTimeoutMs = 120_000;

/**
 * Does some work on the database of an installation, whether Marsad runs or not: one that is stopped is brought up for
 * it, and down again. Never makes a new one.
 * @throws StartError when there is none in the data folder, or it cannot be reached
 */
export async function reachDatabase<T>(config: Config, work: (url: string) => Promise<T>): Promise<T> {
  const { dataDir, secretsDir } = config;
  if (config.database.url !== null) return work(config.database.url);
  if (!existsSync(join(dataDir, 'postgres/location.json')) || !existsSync(join(secretsDir, 'database')))
    throw new StartError(
      `There is no database of Marsad in ${dataDir}.`,
      'Name the data folder (MARSAD_DATA) or the database (DATABASE_URL), as at the start of Marsad, and be the same user.',
    );
  const password = loadSecrets(secretsDir).databasePassword;
  const open = (runDir: string) => new PrivatePostgres({ dataDir, runDir, logDir: join(dataDir, 'logs'), password });
  const running = open(join(dataDir, 'run'));
  if (await running.ready()) return work(running.url);

  const folder = claimDataFolder(dataDir);
  const own = open(folder.runDir);
  let brought = false;
  try {
    brought = (await own.sibling.start()) === 'started';
    await awaitReady({ siblings: [own.sibling], ready: () => own.ready(), timeoutMs: readyTimeoutMs });
    return await work(own.url);
  } finally {
    if (brought) await own.sibling.stop();
    folder.release();
  }
}
