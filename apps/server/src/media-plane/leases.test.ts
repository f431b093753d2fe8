import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Valkey } from '../platform/valkey/valkey.ts';
import { silent } from '../testing/test-api.ts';
import { type TestValkey, testValkey } from '../testing/valkey.ts';
import { readLeases } from './leases.ts';

let keys: TestValkey;
let valkey: Valkey;

beforeEach(async () => {
  keys = testValkey();
  valkey = new Valkey({ url: keys.url, keyPrefix: keys.keyPrefix, log: silent });
  await valkey.ready(10_000);
});
afterEach(async () => {
  valkey.close();
  await keys.close();
});

const lease = (id: string) => ({
  ...{ id, roles: ['ingest'], rpc: `unix:/${id}`, public_url: null, public_port: null, started_at: 1 },
});
const hold = (id: string, text = JSON.stringify(lease(id))) =>
  valkey.run(async (client) => {
    await client.set(valkey.key('node', id), text);
    await client.sadd(valkey.key('nodes'), id);
  });

describe('readLeases', () => {
  it('answers those that are held, passes over what is none, and forgets the nodes that are gone', async () => {
    await Promise.all([hold('a'), hold('b'), hold('c'), hold('garbage', '{"id":')]);
    await valkey.run((client) => client.del(valkey.key('node', 'b')));
    expect((await readLeases(valkey)).map(({ id }) => id).sort()).toEqual(['a', 'c']);
    expect((await valkey.run((client) => client.smembers(valkey.key('nodes')))).sort()).toEqual(['a', 'c', 'garbage']);
    await hold('b');
    expect((await readLeases(valkey)).map(({ id }) => id).sort()).toEqual(['a', 'b', 'c']);
  });

  it('goes through no key but the leases, however many there are', async () => {
    const user = `leases-${randomBytes(4).toString('hex')}`;
    await valkey.run((client) => client.call('ACL', 'SETUSER', user, 'on', '>word', '~*', '+@all', '-scan', '-keys'));
    try {
      await valkey.run((client) => client.call('AUTH', user, 'word'));
      await hold('a');
      await expect(valkey.run((client) => client.keys('*'))).rejects.toThrow(/NOPERM/);
      expect((await readLeases(valkey)).map(({ id }) => id)).toEqual(['a']);
    } finally {
      // It ends the connection that is signed in as him.
      await valkey.run((client) => client.call('ACL', 'DELUSER', user)).catch(() => {});
    }
  });
});
