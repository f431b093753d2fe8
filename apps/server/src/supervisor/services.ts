import { type Config, childEnvironment } from '../config.ts';
import { migrate } from '../platform/database/migrate.ts';
import type { Log } from '../platform/log/log.ts';
import type { Secrets } from '../secrets.ts';
import type { DataFolder } from './data-folder.ts';
import { cacheFolder } from './folders.ts';
import { PrivatePostgres } from './postgres/private-postgres.ts';
import type { Siblings } from './siblings.ts';
import type { Terminal } from './terminal.ts';
import { together } from './together.ts';
import { findValkey } from './valkey/binaries.ts';
import { PrivateValkey } from './valkey/private-valkey.ts';

export interface ServicesOptions {
  readonly config: Config;
  readonly folder: DataFolder;
  readonly secrets: Secrets;
  readonly log: Log;
  readonly terminal: Terminal;
  readonly siblings: Siblings;
  readonly abort: AbortController;
}

/** A database may have to recover from a crash first. */
const readyTimeoutMs = 600_000;

/**
 * Brings those of Postgres and Valkey that no URL names.
 * @returns where both are, the schema of the database up to date
 */
export async function bringServices(o: ServicesOptions): Promise<{ DATABASE_URL: string; VALKEY_URL: string }> {
  const [databaseUrl, valkeyUrl] = await together(o.abort, [
    o.config.database.url ?? bringPostgres(o),
    o.config.valkey.url ?? bringValkey(o),
  ]);
  const describe = (steps: string[]) => (steps.length > 0 ? `${steps.length} steps taken` : 'up to date');
  await o.terminal.step('Database schema', () => migrate({ url: databaseUrl, log: o.log }), describe);
  return { DATABASE_URL: databaseUrl, VALKEY_URL: valkeyUrl };
}

function bringPostgres({ folder, secrets, terminal, siblings }: ServicesOptions): Promise<string> {
  return terminal.step(
    'PostgreSQL',
    async (note) => {
      const postgres = new PrivatePostgres({
        dataDir: folder.path,
        runDir: folder.runDir,
        logDir: folder.logDir,
        password: secrets.databasePassword,
        ...siblings.reports('postgres'),
      });
      note(`in ${postgres.folder}`);
      await startAndWait(postgres, siblings);
      return postgres.url;
    },
    () => 'running',
  );
}

function bringValkey({ config, folder, terminal, siblings, abort }: ServicesOptions): Promise<string> {
  return terminal.step(
    'Valkey',
    async (note) => {
      const program = () =>
        findValkey(
          childEnvironment().PATH ?? '',
          cacheFolder(config.cacheDir, folder.path),
          () => note('downloading it from Debian (11 MB)'),
          abort.signal,
        );
      const valkey = new PrivateValkey({
        dataDir: folder.path,
        runDir: folder.runDir,
        logDir: folder.logDir,
        program,
        ...siblings.reports('valkey'),
      });
      await startAndWait(valkey, siblings);
      return valkey.url;
    },
    () => 'running',
  );
}

async function startAndWait(service: PrivatePostgres | PrivateValkey, siblings: Siblings): Promise<void> {
  const { sibling } = service;
  await siblings.run(sibling);
  await siblings.ready({ siblings: [sibling], ready: () => service.ready(), timeoutMs: readyTimeoutMs });
}
