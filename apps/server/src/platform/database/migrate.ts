import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import type { Log } from '../log/log.ts';
import { connectionOf } from './database.ts';

const folder = fileURLToPath(new URL('../../../migrations', import.meta.url));

export interface MigrateOptions {
  readonly url: string;
  readonly log: Log;
  readonly direction?: 'up' | 'down';
  /** How many steps; all of them upwards, one downwards. */
  readonly count?: number;
}

/**
 * Brings the schema up to date, each step in a transaction of its own. Several processes may call it at once: one
 * works, the others wait for it.
 * @returns names of the steps that were taken
 */
export async function migrate({ url, log, direction = 'up', count }: MigrateOptions): Promise<string[]> {
  const steps = await runner({
    databaseUrl: connectionOf(url),
    dir: folder,
    direction,
    count: count ?? (direction === 'up' ? Number.POSITIVE_INFINITY : 1),
    migrationsTable: 'migrations',
    singleTransaction: false,
    advisoryLockMode: 'wait',
    logger: {
      debug: (text) => log.trace(text),
      info: (text) => log.debug(text),
      warn: (text) => log.warn(text),
      error: (text) => log.error(text),
    },
  });
  return steps.map((step) => step.name);
}
