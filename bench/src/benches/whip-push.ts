import { setTimeout as wait } from 'node:timers/promises';
import { until } from '@marsad/e2e/fixtures/until';
import type { Bench } from '../bench.ts';
import { numberOption } from '../command-line.ts';
import { Farm } from '../fixtures/farm.ts';
import { MediaNodeProcess } from '../fixtures/media-node.ts';
import { startUsage } from '../measure/process-usage.ts';

/** What the receiving edge has of the streams that are pushed to it. */
async function received(edge: MediaNodeProcess) {
  const { streams } = await edge.rpc.call('ingest.streams', {});
  const live = streams.filter(({ published_at, status }) => published_at !== null && status.state === 'live');
  const sum = (of: (stream: (typeof streams)[number]) => number) =>
    live.reduce((total, stream) => total + of(stream), 0);
  return {
    live: live.length,
    pictures: sum(({ pictures_in }) => pictures_in),
    bytes: sum(({ bytes_in }) => bytes_in),
  };
}

/** RTP packets that never came, as the receiving edge counts them, not those it got when it asked again. */
async function lostPackets(edge: MediaNodeProcess): Promise<number> {
  const { metrics } = await edge.rpc.call('node.metrics', {});
  const found = metrics.find((metric) => Reflect.get(Object(metric), 'name') === 'cctv_ingest_packets_lost_total');
  const values: { value: number }[] = Reflect.get(Object(found), 'values') ?? [];
  return values.reduce((total, { value }) => total + value, 0);
}

/** What it costs a media node to push its cameras to a WHIP server, taking them in included. */
export const whipPush: Bench = {
  name: 'whip-push',
  summary: 'cameras pushed by WHIP to an edge in another process: cores for each',
  options: { cameras: 'how many, default 50' },
  async run({ seconds, options }, say) {
    const count = numberOption(options, 'cameras', 50);
    const farm = await Farm.start(count);
    const node = await MediaNodeProcess.start(['ingest']);
    const edge = await MediaNodeProcess.start(['edge'], {
      'access.ask': async ({ path, profile }) => ({ outcome: 'publish', camera: path, profile }),
    });
    try {
      await node.assign(
        farm.cameras.map(({ id, rtspUrl }) => ({
          id,
          main: { url: rtspUrl },
          sub: null,
          mode: 'always',
          transport: 'tcp',
        })),
      );
      const pushes = farm.cameras.map(({ id }) => ({
        camera: id,
        profile: 'main' as const,
        url: `${edge.edgeUrl}/whip/${id}`,
        token: null,
      }));
      await node.rpc.call('ingest.push', { generation: 1, pushes });
      say(`${count} cameras pushed`);
      await until(async () => (await received(edge)).live === count, 60_000, `${count} streams to arrive`);
      await wait(2500); // past the GOPs that they begin with
      const usage = await startUsage([node.pid]);
      const theirs = await startUsage([edge.pid]);
      const lostBefore = await lostPackets(edge);
      const before = await received(edge);
      await wait(seconds * 1000);
      const after = await received(edge);
      const { cores, rssBytes, seconds: measured } = await usage.stop();
      const { cores: edgeCores } = await theirs.stop();
      const mbps = ((after.bytes - before.bytes) * 8) / measured / count / 1e6;
      const fps = (after.pictures - before.pictures) / measured / count;
      const lost = (await lostPackets(edge)) - lostBefore;
      return {
        figures: [
          { name: 'cameras', value: after.live },
          { name: 'bitrate each', value: mbps, unit: 'Mbit/s' },
          { name: 'pictures each', value: fps, unit: '/s' },
          { name: 'pushing node', value: cores, unit: 'cores' },
          { name: 'for each', value: (100 * cores) / count, unit: '% of a core', target: '≤ 1' },
          { name: 'memory', value: Math.round(rssBytes / 1e6), unit: 'MB' },
          { name: 'lost packets', value: lost, target: '0' },
          { name: 'receiving edge', value: edgeCores, unit: 'cores' },
        ],
        json: {
          cameras: after.live,
          cores_per_camera: Number((cores / count).toFixed(4)),
          mbps: Number(mbps.toFixed(2)),
          fps: Number(fps.toFixed(2)),
          lost_packets: lost,
        },
      };
    } finally {
      await node.close();
      await edge.close();
      await farm.close();
    }
  },
};
