import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../platform/database/database.ts';
import { migrate } from '../../platform/database/migrate.ts';
import { type TestDatabase, testDatabase } from '../../testing/database.ts';
import { silent } from '../../testing/test-api.ts';
import type { Tables } from '../tables.ts';
import { type AuditEvent, AuditService } from './audit.service.ts';

let space: TestDatabase;
let database: Database<Tables>;
let audit: AuditService;
let statements = 0;

beforeAll(async () => {
  space = await testDatabase();
  await migrate({ url: space.url, log: silent });
  database = openDatabase<Tables>({ url: space.url, connections: 4, log: silent });
  const counting = database.sql.withPlugin({
    transformQuery({ node }) {
      if (node.kind === 'InsertQueryNode') statements += 1;
      return node;
    },
    transformResult: async ({ result }) => result,
  });
  audit = new AuditService(counting);
}, 30_000);
beforeEach(() => {
  statements = 0;
});
afterAll(async () => {
  await database?.close();
  await space?.close();
});

const event = (request: string, details: Record<string, unknown> = {}): AuditEvent => ({
  type: 'stream_requested',
  actor: null,
  details,
  origin: { address: '192.0.2.7', userAgent: 'test', requestId: request },
});
const written = async (prefix: string) =>
  (
    await database.sql.selectFrom('audit_log').select('request_id').where('request_id', 'like', `${prefix}%`).execute()
  ).map(({ request_id }) => request_id);

describe('the audit log', () => {
  it('writes in one statement what comes together', async () => {
    const ids = Array.from({ length: 10 }, (_, i) => `together-${i}`);
    await Promise.all(ids.map((id) => audit.record(event(id))));
    expect((await written('together')).sort()).toEqual(ids);
    expect(statements).toBe(1);
  });

  it('keeps no entry from being written by another that cannot be', async () => {
    // Postgres has no NUL in texts.
    const outcomes = await Promise.allSettled([
      audit.record(event('mixed-1')),
      audit.record(event('mixed-2', { name: 'a\u0000b' })),
      audit.record(event('mixed-3')),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((await written('mixed')).sort()).toEqual(['mixed-1', 'mixed-3']);
  });

  it('goes with the transaction of the change it is about', async () => {
    const undone = database.sql.transaction().execute(async (trx) => {
      await audit.record(event('undone-1'), trx);
      throw new Error('no');
    });
    await expect(undone).rejects.toThrow('no');
    expect(await written('undone')).toEqual([]);
  });
});
