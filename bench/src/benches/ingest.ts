import { setTimeout as wait } from 'node:timers/promises';
import type { CameraSpec } from '@marsad/contract';
import { until } from '@marsad/e2e/fixtures/until';
import type { Bench } from '../bench.ts';
import { numberOption } from '../command-line.ts';
import { Farm, type FarmCamera } from '../fixtures/farm.ts';
import { MediaNodeProcess } from '../fixtures/media-node.ts';
import { startUsage } from '../measure/process-usage.ts';

/** Cameras whose addresses are all their main profile, taken in all the time. */
const taken = (camera: FarmCamera): CameraSpec => ({
  id: camera.id,
  main: { url: camera.rtspUrl },
  sub: null,
  mode: 'always',
  transport: 'tcp',
});

async function totals(node: MediaNodeProcess) {
  const { streams } = await node.rpc.call('ingest.streams', {});
  const sum = (of: (stream: (typeof streams)[number]) => number) =>
    streams.reduce((total, stream) => total + of(stream), 0);
  return {
    live: streams.filter((stream) => stream.status.state === 'live').length,
    pictures: sum((stream) => stream.pictures_in),
    bytes: sum((stream) => stream.bytes_in),
    lost: sum((stream) => stream.pictures_lost),
  };
}

/** How many cameras one media node takes in, each with its current GOP in memory. */
export const ingest: Bench = {
  name: 'ingest',
  summary: 'cameras into one media node: cores, memory, lost pictures',
  options: { cameras: 'how many, default 500' },
  async run({ seconds, options }, say) {
    const count = numberOption(options, 'cameras', 500);
    say(`starting ${count} cameras`);
    const farm = await Farm.start(count);
    const node = await MediaNodeProcess.start(['ingest']);
    try {
      await node.assign(farm.cameras.map(taken));
      await until(async () => (await totals(node)).live === count, 60_000, `${count} cameras to be live`);
      await wait(2500); // until every GOP cache is full
      const before = await totals(node);
      const usage = await startUsage([node.pid]);
      const farmUsage = await startUsage([farm.pid]);
      say(`all live; measuring for ${seconds} s`);
      await wait(seconds * 1000);
      const { cores, rssBytes, seconds: measured } = await usage.stop();
      const { cores: farmCores } = await farmUsage.stop();
      const after = await totals(node);
      const fps = (after.pictures - before.pictures) / measured / count;
      const mbps = ((after.bytes - before.bytes) * 8) / measured / count / 1e6;
      const lost = after.lost - before.lost;
      return {
        figures: [
          { name: 'cameras live', value: after.live },
          { name: 'bitrate each', value: mbps, unit: 'Mbit/s' },
          { name: 'pictures each', value: fps, unit: '/s' },
          { name: 'media node', value: cores, unit: 'cores', target: '≤ 0.8 for 500 × 2 Mbit/s' },
          { name: 'memory', value: Math.round(rssBytes / 1e6), unit: 'MB', target: '≤ 700' },
          { name: 'lost pictures', value: lost, target: '0' },
          { name: 'simulator', value: farmCores, unit: 'cores' },
        ],
        json: {
          cameras: after.live,
          mbps: Number(mbps.toFixed(2)),
          cores: Number(cores.toFixed(3)),
          rss_mb: Math.round(rssBytes / 1e6),
          lost_pictures: lost,
          fps: Number(fps.toFixed(2)),
        },
      };
    } finally {
      await node.close();
      await farm.close();
    }
  },
};
