import { randomBytes } from 'node:crypto';
import { Valkey } from 'iovalkey';
import { inject } from 'vitest';

export interface TestValkey {
  url: string;
  /** One hash tag that no other test has, and a colon. */
  keyPrefix: string;
  /** Removes every key with the prefix. */
  close(): Promise<void>;
}

/** A key space of its own for a test file, in the Valkey of the run. */
export function testValkey(): TestValkey {
  const url = inject('valkeyUrl');
  const keyPrefix = `{test-${randomBytes(6).toString('hex')}}:`;
  return {
    url,
    keyPrefix,
    async close() {
      const client = new Valkey(url);
      try {
        const keys = await client.keys(`${keyPrefix}*`);
        if (keys.length > 0) await client.del(keys);
      } finally {
        client.disconnect();
      }
    },
  };
}
