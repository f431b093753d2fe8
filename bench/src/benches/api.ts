import { setTimeout as wait } from 'node:timers/promises';
import { ApiError, createClient, sources } from '@marsad/contract';
import { RunningMarsad } from '@marsad/e2e/fixtures/running-marsad';
import type { Bench } from '../bench.ts';
import { numberOption } from '../command-line.ts';
import { onlineCameras } from '../fixtures/demonstration.ts';
import { pidOf } from '../fixtures/role-process.ts';
import { percentile } from '../measure/percentile.ts';
import { startUsage, type UsageOverTime } from '../measure/process-usage.ts';
import { startStolenTime } from '../measure/stolen-time.ts';

/** Cameras of the demonstration that are reserved, in rooms of their own. */
const CAMERAS = 4;
const WARM_SECONDS = 8;

/**
 * Reserve, heartbeat and release over HTTP against the whole product, signed in once. Requests start at their times
 * whether or not earlier ones were answered, so that a server that falls behind shows it.
 */
export const api: Bench = {
  name: 'api',
  summary: 'reserve, heartbeat and release over HTTP at a steady rate',
  options: { rate: 'requests per second, default 300' },
  async run({ seconds, options }, say) {
    const rate = numberOption(options, 'rate', 300);
    const marsad = await RunningMarsad.start({
      demoCameras: CAMERAS,
      settings: { MARSAD_RATE_LIMIT_USER: '0', MARSAD_RATE_LIMIT_ADDRESS: '0' },
    });
    try {
      const token = await marsad.accessToken();
      const client = createClient({ baseUrl: marsad.url, token: () => token });
      const limits = Object.fromEntries(sources.map((source) => [source, 10_000]));
      await client.admin.setLimits({ body: { limits } });
      const cameras = await onlineCameras(client, CAMERAS);
      const took: Record<'reserve' | 'heartbeat' | 'release', number[]> = { reserve: [], heartbeat: [], release: [] };
      const failures = new Map<string, number>();
      const timed = async <T>(kind: keyof typeof took, request: () => Promise<T>): Promise<T | null> => {
        const start = performance.now();
        try {
          const answer = await request();
          took[kind].push(performance.now() - start);
          return answer;
        } catch (error) {
          const why = `${kind}: ${error instanceof ApiError ? `${error.status} ${error.code} ${String(error.facts.part ?? '')}` : error}`;
          failures.set(why, (failures.get(why) ?? 0) + 1);
          return null;
        }
      };
      const gap = 1000 / rate;
      // One round is three requests, each a third of a second after the one before.
      const round = async (number: number): Promise<void> => {
        const camera_id = cameras[number % cameras.length]?.id ?? '';
        const wall_id = `w${number}`;
        const held = await timed('reserve', () => client.streams.reserve({ body: { camera_id, wall_id } }));
        if (held === null) return;
        const params = { id: held.reservation_id };
        await wait(300);
        await timed('heartbeat', () => client.streams.heartbeat({ params }));
        await wait(300);
        await timed('release', () => client.streams.release({ params }));
      };
      const rounds = async (forSeconds: number): Promise<void> => {
        const startedAt = performance.now();
        const under: Promise<void>[] = [];
        for (let number = 0; number * 3 * gap < forSeconds * 1000; number += 1) {
          const late = startedAt + number * 3 * gap - performance.now();
          if (late > 0) await wait(late);
          under.push(round(number));
        }
        await Promise.all(under);
      };
      say(`the same for ${WARM_SECONDS} s before it counts: code that was never run is slow`);
      await rounds(WARM_SECONDS);
      for (const list of Object.values(took)) list.length = 0;
      const usages = await Promise.all(
        ['api', 'media-node-1'].map((role) => startUsage([pidOf(marsad.dataDir, role)])),
      );
      const stolen = startStolenTime();
      const startedAt = performance.now();
      await rounds(seconds);
      const elapsed = (performance.now() - startedAt) / 1000;
      const stolenPercent = stolen();
      const [ofApi, ofNode] = await Promise.all(usages.map((usage) => usage.stop()));
      const all = Object.values(took).flat();
      for (const [why, times] of failures) say(`${times} × ${why}`);
      const failed = [...failures.values()].reduce((sum, times) => sum + times, 0);
      const cpuMs = (usage?: UsageOverTime) => ((usage?.cores ?? 0) * (usage?.seconds ?? 0) * 1000) / all.length;
      const [rps, p99] = [all.length / elapsed, percentile(all, 99)];
      const left = (await client.streams.stats()).total_viewers;
      return {
        figures: [
          { name: 'requests', value: rps, unit: '/s', target: `≈ ${rate}` },
          { name: 'p50', value: percentile(all, 50), unit: 'ms' },
          { name: 'p99', value: p99, unit: 'ms', target: '< 50' },
          { name: 'p99 of reserve', value: percentile(took.reserve, 99), unit: 'ms' },
          { name: 'p99 of heartbeat', value: percentile(took.heartbeat, 99), unit: 'ms' },
          { name: 'p99 of release', value: percentile(took.release, 99), unit: 'ms' },
          { name: 'processor time of the api per request', value: cpuMs(ofApi), unit: 'ms' },
          { name: 'processor time of the media node per request', value: cpuMs(ofNode), unit: 'ms' },
          { name: 'processor time the host gave to others', value: stolenPercent, unit: '%' },
          { name: 'failed', value: failed, target: '0' },
          { name: 'reservations left over', value: left, target: '0' },
        ],
        json: {
          rps: Math.round(rps),
          p99_ms: Number(p99.toFixed(1)),
          failed,
          left,
          api_cpu_ms: Number(cpuMs(ofApi).toFixed(2)),
          node_cpu_ms: Number(cpuMs(ofNode).toFixed(2)),
          stolen_percent: Number(stolenPercent.toFixed(1)),
        },
      };
    } finally {
      await marsad.stop();
    }
  },
};
