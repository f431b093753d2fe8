import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import type { Log } from '../log/log.ts';

export interface DatabaseOptions {
  readonly url: string;
  readonly connections: number;
  readonly log: Log;
}

export interface Database<Tables> {
  readonly sql: Kysely<Tables>;
  /** Whether it answers within two seconds. Never throws. */
  isUp(): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * A pool of connections. Opening it connects to nothing, and a database that goes away closes nothing: queries fail
 * with an error that {@link isDatabaseUnavailable} knows until it is back.
 */
export function openDatabase<Tables>({ url, connections, log }: DatabaseOptions): Database<Tables> {
  const pool = new pg.Pool({
    ...connectionOf(url),
    max: connections,
    connectionTimeoutMillis: 2_000,
    query_timeout: 15_000,
    statement_timeout: 10_000,
    idle_in_transaction_session_timeout: 30_000,
    application_name: 'marsad',
  });
  // Without listeners a connection that is lost would end the process: the pool listens to the idle ones only, and what
  // a query waits for is told by its rejection besides.
  pool.on('error', () => {});
  pool.on('connect', (client) => {
    client.on('error', (error: Error) => log.warn({ err: error }, 'a database connection was lost'));
  });
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  let closing: Promise<void> | null = null;
  return {
    sql: kysely,
    async isUp() {
      const late = AbortSignal.timeout(2_000);
      const answer = sql`select 1`.execute(kysely).then(
        () => true,
        () => false,
      );
      return Promise.race([
        answer,
        new Promise<boolean>((resolve) => late.addEventListener('abort', () => resolve(false), { once: true })),
      ]);
    },
    close() {
      closing ??= kysely.destroy();
      return closing;
    },
  };
}

/** Connection settings of `pg` for a URL; `?host=/folder` names the folder of a Unix socket, as libpq reads it. */
export function connectionOf(url: string): pg.ClientConfig {
  return { connectionString: url };
}

const lostConnection = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EHOSTUNREACH',
]);

/**
 * Whether a query failed because the database is away, starting or stopping, and not because of the query
 * (SQLSTATE classes 08 and 57P, 53300; system errors; `pg`'s own words for a connection that ended or never came).
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (lostConnection.has(code) || /^(08|57P0|53300)/.test(code)) return true;
  return /Connection terminated|not queryable|timeout exceeded when trying to connect|Query read timeout|connection timeout/i.test(
    error.message,
  );
}
