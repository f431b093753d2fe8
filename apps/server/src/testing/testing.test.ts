import { Valkey } from 'iovalkey';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { testDatabase } from './database.ts';
import { testValkey } from './valkey.ts';

describe('services of a test run', () => {
  it('gives each file a real database of its own, which goes away', async () => {
    const database = await testDatabase();
    const client = new pg.Client({ connectionString: database.url });
    client.on('error', () => {});
    await client.connect();
    const { rows } = await client.query("select current_setting('server_version_num')::int / 10000 as major");
    expect(rows[0].major).toBeGreaterThanOrEqual(18);
    await database.close();
    await expect(client.query('select 1')).rejects.toThrow();
  });

  it('gives each file a key space of its own, which goes away', async () => {
    const [one, other] = [testValkey(), testValkey()];
    expect(one.keyPrefix).not.toBe(other.keyPrefix);
    const client = new Valkey(one.url, { keyPrefix: one.keyPrefix });
    await client.set('a', '1');
    await one.close();
    expect(await client.get('a')).toBeNull();
    client.disconnect();
  });
});
