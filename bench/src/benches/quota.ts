import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { type Source, sources } from '@marsad/contract';
import { pino } from 'pino';
import { StreamRepository } from '../../../apps/server/src/modules/streams/streams.repository.ts';
import { Valkey } from '../../../apps/server/src/platform/valkey/valkey.ts';
import type { Bench } from '../bench.ts';
import { numberOption } from '../command-line.ts';
import { startValkey } from '../fixtures/valkey.ts';
import { percentile } from '../measure/percentile.ts';

/** Beats between reserving and releasing: clients beat far more often than they do anything else. */
const BEATS = 3;

/**
 * Reserve, three heartbeats, release, over and over, through the very code and scripts of the api, against a Valkey of
 * its own. So many run at once that the server always has work.
 */
export const quota: Bench = {
  name: 'quota',
  summary: 'operations on reservations against a real Valkey',
  options: { at_once: 'operations under way at any time, default 48' },
  async run({ seconds, options }) {
    const atOnce = numberOption(options, 'at_once', 48);
    const server = await startValkey();
    const valkey = new Valkey({ url: server.url, keyPrefix: '{bench}:', log: pino({ level: 'silent' }) });
    try {
      await valkey.ready(10_000);
      const streams = new StreamRepository(valkey, {
        counts: 'reservations',
        reservationSeconds: 3600,
        heartbeatTimeoutSeconds: 45,
      });
      await streams.setLimits(Object.fromEntries(sources.map((source) => [source, atOnce])), { known: true });
      const took: number[] = [];
      let refused = 0;
      let [deadline, over] = [performance.now() + 500, false];
      const timed = async <T>(operation: Promise<T>): Promise<T> => {
        const start = performance.now();
        const answer = await operation;
        took.push(performance.now() - start);
        return answer;
      };
      const worker = async (number: number) => {
        const user = `user-${number}`;
        const source: Source = sources[number % sources.length] ?? 'OTHER';
        while (performance.now() < deadline) {
          const camera = randomUUID();
          const outcome = await timed(
            streams.reserve(
              { id: randomUUID(), camera, source, user, room: `camera_${camera}`, identity: user, quality: 'medium' },
              true,
            ),
          );
          if (!('id' in outcome)) {
            refused += 1;
            continue;
          }
          for (let beat = 0; beat < BEATS; beat += 1) await timed(streams.heartbeat(outcome.id, user));
          await timed(streams.release(outcome.id, user, 'released'));
        }
      };
      // What the api does with the ended ones goes on beside it.
      const settling = (async () => {
        while (!over) {
          const { ended } = await streams.takeDue();
          await streams.settled(ended.map(({ id }) => id));
          if (ended.length === 0) await wait(50);
        }
      })();
      const work = () => Promise.all(Array.from({ length: atOnce }, (_, number) => worker(number)));
      // Half a second in which the code of this process is compiled is not the server's.
      await work();
      [took.length, refused] = [0, 0];
      const cpuBefore = await usedCpu(valkey);
      const ownBefore = process.cpuUsage();
      const startedAt = performance.now();
      deadline = startedAt + seconds * 1000;
      await work();
      const elapsed = (performance.now() - startedAt) / 1000;
      const own = process.cpuUsage(ownBefore);
      over = true;
      await settling;
      const perOperation = (cpuSeconds: number) => (cpuSeconds / took.length) * 1e6;
      const serverMicros = perOperation((await usedCpu(valkey)) - cpuBefore);
      const ownMicros = perOperation((own.user + own.system) / 1e6);
      const [rate, p99] = [took.length / elapsed, percentile(took, 99)];
      const left = (await streams.stats()).reduce((sum, { current }) => sum + current, 0);
      return {
        figures: [
          { name: 'operations', value: rate, unit: '/s', target: '≥ 20000' },
          { name: 'p50', value: percentile(took, 50), unit: 'ms' },
          { name: 'p99', value: p99, unit: 'ms', target: '< 10' },
          { name: 'processor time of Valkey per operation', value: serverMicros, unit: 'µs' },
          { name: 'processor time of this process per operation', value: ownMicros, unit: 'µs' },
          { name: 'refused', value: refused },
          { name: 'left over', value: left, target: '0' },
        ],
        json: {
          ops_per_s: Math.round(rate),
          p99_ms: Number(p99.toFixed(2)),
          valkey_us: Number(serverMicros.toFixed(1)),
          own_us: Number(ownMicros.toFixed(1)),
          left,
        },
      };
    } finally {
      valkey.close();
      await server.close();
    }
  },
};

/** Seconds of processor time the server has used. */
async function usedCpu(valkey: Valkey): Promise<number> {
  const text = await valkey.run((client) => client.info('cpu'));
  const read = (name: string) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(text)?.[1] ?? 0);
  return read('used_cpu_user') + read('used_cpu_sys');
}
