import { setTimeout as wait } from 'node:timers/promises';
import { until } from '@marsad/e2e/fixtures/until';
import { RoomServiceClient } from 'livekit-server-sdk';
import type { Bench } from '../bench.ts';
import { numberOption } from '../command-line.ts';
import { Farm } from '../fixtures/farm.ts';
import { LIVEKIT, MediaNodeProcess } from '../fixtures/media-node.ts';
import { startUsage } from '../measure/process-usage.ts';
import { Readers } from '../readers/readers.ts';

/** Pictures that readers were not sent, as the edge counts them. */
async function dropped(node: MediaNodeProcess): Promise<number> {
  const { metrics } = await node.rpc.call('node.metrics', {});
  const found = metrics.find((metric) => Reflect.get(Object(metric), 'name') === 'cctv_edge_pictures_dropped_total');
  const values: { value: number }[] = Reflect.get(Object(found), 'values') ?? [];
  return values.reduce((total, { value }) => total + value, 0);
}

/** What one core of an edge sends to RTSP readers over TCP. */
export const rtspFanout: Bench = {
  name: 'rtsp-fanout',
  summary: 'one camera to many RTSP readers over TCP: bits per second and core',
  options: { readers: 'how many, default 200' },
  async run({ seconds, options }, say) {
    const count = numberOption(options, 'readers', 200);
    const farm = await Farm.start(1);
    const [camera] = farm.cameras;
    if (!camera) throw new Error('the farm has no camera');
    const room = `camera_${camera.id}`;
    const node = await MediaNodeProcess.start(['ingest', 'edge'], {
      'access.ask': async ({ session }) => ({
        outcome: 'read',
        camera: camera.id,
        profile: 'main',
        room,
        identity: session,
        attributes: {},
      }),
    });
    const readers = new Readers();
    try {
      await node.assign([
        { id: camera.id, main: { url: camera.rtspUrl }, sub: null, mode: 'always', transport: 'tcp' },
      ]);
      const isLive = async () => (await node.rpc.call('ingest.streams', {})).streams[0]?.status.state === 'live';
      await until(isLive, 10_000, 'the camera to be live');
      if (node.edgeUrl === null || node.rtspPort === null) throw new Error('the node has no edge');
      const rooms = new RoomServiceClient(node.edgeUrl, LIVEKIT.apiKey, LIVEKIT.apiSecret);
      const metadata = JSON.stringify({ cameras: [{ id: camera.id, name: camera.name }] });
      await rooms.createRoom({ name: room, metadata });
      say(`${count} readers of one camera`);
      await readers.ask({ kind: 'play', count, port: node.rtspPort, path: camera.id, token: 'bench' });
      await wait(2500); // past the GOPs that they begin with
      const usage = await startUsage([node.pid]);
      const theirs = await startUsage([readers.pid]);
      const droppedBefore = await dropped(node);
      const before = await readers.ask({ kind: 'count' });
      await wait(seconds * 1000);
      const after = await readers.ask({ kind: 'count' });
      const { cores, seconds: measured } = await usage.stop();
      const { cores: readersCores } = await theirs.stop();
      const lost = Math.max((await dropped(node)) - droppedBefore, after.gaps);
      const gbps = ((after.bytes - before.bytes) * 8) / measured / 1e9;
      const fps = (after.pictures - before.pictures) / measured / count;
      return {
        figures: [
          { name: 'readers', value: after.playing },
          { name: 'bitrate each', value: (gbps * 1000) / count, unit: 'Mbit/s' },
          { name: 'pictures each', value: fps, unit: '/s' },
          { name: 'all together', value: gbps, unit: 'Gbit/s' },
          { name: 'media node', value: cores, unit: 'cores' },
          { name: 'per core', value: gbps / cores, unit: 'Gbit/s', target: '≥ 4' },
          { name: 'lost pictures', value: lost, target: '0' },
          { name: 'readers’ process', value: readersCores, unit: 'cores' },
        ],
        json: {
          readers: after.playing,
          gbps: Number(gbps.toFixed(3)),
          cores: Number(cores.toFixed(3)),
          gbps_per_core: Number((gbps / cores).toFixed(2)),
          lost_pictures: lost,
        },
      };
    } finally {
      await readers.close();
      await node.close();
      await farm.close();
    }
  },
};
