import { randomUUID } from 'node:crypto';
import { sources } from '@marsad/contract';
import { Valkey as Client } from 'iovalkey';
import { describe, expect, it } from 'vitest';
import { StreamRepository } from '../../modules/streams/streams.repository.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { silent } from '../../testing/test-api.ts';
import { until } from '../../testing/until.ts';
import { type ValkeyCluster, valkeyCluster } from '../../testing/valkey-cluster.ts';
import { Valkey } from './valkey.ts';

describe('a Valkey cluster of three nodes', () => {
  it('takes reservations, limits, changes and their listeners; all keys are on one shard', async () => {
    const cluster: ValkeyCluster = await valkeyCluster(temporaryFolder());
    const valkey = new Valkey({ url: cluster.url, keyPrefix: '{marsad}:', log: silent });
    try {
      await valkey.ready(10_000);
      const streams = new StreamRepository(valkey, {
        counts: 'reservations',
        reservationSeconds: 3600,
        heartbeatTimeoutSeconds: 45,
      });
      await streams.setLimits(Object.fromEntries(sources.map((source) => [source, 5])), { known: true });
      const reserve = (i: number) =>
        streams.reserve(
          { id: randomUUID(), camera: `c${i}`, source: 'BUS', user: 'u', room: `r${i}`, identity: 'v', quality: 'low' },
          true,
        );
      const outcomes = await Promise.all(Array.from({ length: 20 }, (_, i) => reserve(i)));
      const held = outcomes.flatMap((outcome) => ('id' in outcome ? [outcome.id] : []));
      expect(held).toHaveLength(5);
      for (const id of held) expect(await streams.heartbeat(id, 'u')).toBeGreaterThan(Date.now());
      expect(await streams.shownIn('r0')).toHaveLength(1);
      expect((await streams.stats()).find(({ source }) => source === 'BUS')).toMatchObject({ current: 5, limit: 5 });
      await Promise.all(held.map((id) => streams.release(id, 'u', 'released')));
      expect((await streams.takeDue()).ended).toHaveLength(5);
      expect(await streams.sweep()).toBe(0);
      expect((await streams.stats()).find(({ source }) => source === 'BUS')).toMatchObject({ current: 0 });

      const heard: string[] = [];
      const stop = valkey.subscribe(valkey.key('changes'), (message) => heard.push(message));
      await until(async () => {
        await valkey.run((client) => client.publish(valkey.key('changes'), 'x'));
        return heard.length > 0;
      });
      stop();
      const sizes = await Promise.all(
        cluster.ports.map(async (port) => {
          const client = new Client({ port, host: '127.0.0.1' });
          const size = await client.dbsize();
          client.disconnect();
          return size;
        }),
      );
      expect(sizes.filter((size) => size > 0)).toHaveLength(1);
    } finally {
      valkey.close();
      await cluster.close();
    }
  }, 60_000);
});
