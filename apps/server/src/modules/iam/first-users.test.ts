import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../platform/database/database.ts';
import { migrate } from '../../platform/database/migrate.ts';
import { type TestDatabase, testDatabase } from '../../testing/database.ts';
import { silent } from '../../testing/test-api.ts';
import type { Tables } from '../tables.ts';
import { FirstUsers } from './first-users.ts';

let source: TestDatabase;
let database: Database<Tables>;
const folder = mkdtempSync(join(tmpdir(), 'marsad-users-'));
const file = join(folder, 'first-admin.json');
beforeAll(async () => {
  source = await testDatabase();
  await migrate({ url: source.url, log: silent });
  database = openDatabase({ url: source.url, connections: 4, log: silent });
});
afterAll(async () => {
  await database?.close();
  await source?.close();
  rmSync(folder, { recursive: true, force: true });
});

const read = () => JSON.parse(readFileSync(file, 'utf8'));

describe('FirstUsers', () => {
  it('makes one administrator however many processes start at once, and operators once a demonstration is wanted', async () => {
    writeFileSync(file, 'rubbish of an earlier life');
    const users = new FirstUsers({ sql: database.sql, file, log: silent });
    await Promise.all([users.ensure(false), users.ensure(false), users.ensure(false)]);
    expect(await database.sql.selectFrom('users').select('login').execute()).toEqual([{ login: 'admin' }]);
    const { password } = read();
    expect(password).toMatch(/^([0-9a-f]{4}-){5}[0-9a-f]{4}$/);

    await users.ensure(true);
    await users.ensure(true);
    const rows = await database.sql
      .selectFrom('users')
      .select(['login', 'agency', 'permissions'])
      .orderBy('login')
      .execute();
    expect(rows.map(({ login, agency }) => [login, agency])).toEqual([
      ['admin', 'OTHER'],
      ['bus', 'BUS'],
      ['metro', 'METRO'],
      ['other', 'OTHER'],
      ['police', 'DUBAI_POLICE'],
    ]);
    expect(read()).toMatchObject({ login: 'admin', password });
    expect(read().operators).toHaveLength(4);

    await users.forget('admin');
    expect(read()).not.toHaveProperty('password');
    await users.forget('bus');
    expect(read().operators.map((entry: { login: string }) => entry.login)).toEqual(['police', 'metro', 'other']);
  });
});
