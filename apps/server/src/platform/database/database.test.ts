import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../testing/database.ts';
import { silent } from '../../testing/test-api.ts';
import { isDatabaseUnavailable, openDatabase } from './database.ts';
import { migrate } from './migrate.ts';

let source: TestDatabase;
beforeAll(async () => {
  source = await testDatabase();
});
afterAll(() => source?.close());

describe('migrations', () => {
  it('go up, down to nothing, and up again; several at once do it once', async () => {
    const run = (direction: 'up' | 'down', count?: number) =>
      migrate({ url: source.url, log: silent, direction, ...(count === undefined ? {} : { count }) });
    const steps = (await Promise.all([run('up'), run('up'), run('up')])).flat();
    expect(steps).toEqual([...new Set(steps)]);
    expect(steps.length).toBeGreaterThan(0);
    expect(await run('up')).toEqual([]);
    expect(await run('down', steps.length)).toEqual(steps.toReversed());
    const database = openDatabase({ url: source.url, connections: 2, log: silent });
    const left = await sql<{ name: string }>`
      select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'S')
      union select proname from pg_proc where pronamespace = 'public'::regnamespace`.execute(database.sql);
    expect(left.rows.map(({ name }) => name).filter((name) => !name.startsWith('migrations'))).toEqual([]);
    expect(await run('up')).toEqual(steps);
    await database.close();
  });
});

describe('a database that is away', () => {
  it('is told apart from a query that is wrong', async () => {
    const away = openDatabase({ url: 'postgres://u:p@127.0.0.1:9/x', connections: 2, log: silent });
    const lost = await sql`select 1`.execute(away.sql).catch((error: unknown) => error);
    expect(isDatabaseUnavailable(lost)).toBe(true);
    expect(await away.isUp()).toBe(false);
    await away.close();
    await away.close();

    const here = openDatabase({ url: source.url, connections: 2, log: silent });
    expect(await here.isUp()).toBe(true);
    const wrong = await sql`select nonsense`.execute(here.sql).catch((error: unknown) => error);
    expect(isDatabaseUnavailable(wrong)).toBe(false);
    const pid = sql<{ pid: number }>`select pg_backend_pid() as pid`;
    const cut = sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`;
    await Promise.all([pid.execute(here.sql), sql`select pg_sleep(0.05)`.execute(here.sql)]);
    await cut.execute(here.sql).catch(() => {});
    await expect.poll(() => here.isUp()).toBe(true);
    await here.close();
    expect(isDatabaseUnavailable('a string')).toBe(false);
  });

  it('lost in the middle of a transaction fails that one and nothing else', async () => {
    const here = openDatabase({ url: source.url, connections: 2, log: silent });
    const cut = here.sql.transaction().execute(async (transaction) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(transaction);
      // Nothing is being asked at the moment the connection ends: there is no query that could take the error.
      await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(here.sql);
      await new Promise((resolve) => setTimeout(resolve, 100));
      return sql`select 1`.execute(transaction);
    });
    expect(isDatabaseUnavailable(await cut.catch((error: unknown) => error))).toBe(true);
    expect(await here.isUp()).toBe(true);
    await here.close();
  });
});
