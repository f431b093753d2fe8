import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { until } from '@marsad/e2e/fixtures/until';
import { AccessToken, RoomServiceClient } from 'livekit-server-sdk';
import type { Bench } from '../bench.ts';
import { numberOption } from '../command-line.ts';
import { Farm } from '../fixtures/farm.ts';
import { Janus } from '../fixtures/janus.ts';
import { LIVEKIT, MediaNodeProcess } from '../fixtures/media-node.ts';
import { NetworkNamespace } from '../fixtures/network-namespace.ts';
import { endOwned, startOwned } from '../fixtures/owned-process.ts';
import { startUsage } from '../measure/process-usage.ts';
import { Viewers } from '../viewers/viewers.ts';

interface FanOut {
  readonly kpps: number;
  readonly mbpsEach: number;
  readonly cores: number;
  readonly kppsPerCore: number;
}

/** Counts what the viewers get while the server's CPU time is read. */
async function measure(viewers: Viewers, count: number, pid: number, seconds: number): Promise<FanOut> {
  await viewers.allConnected(count);
  await wait(2500); // past the joining bursts
  const usage = await startUsage([pid]);
  const before = await viewers.ask({ kind: 'count' });
  await wait(seconds * 1000);
  const after = await viewers.ask({ kind: 'count' });
  const { cores, seconds: measured } = await usage.stop();
  const kpps = (after.packets - before.packets) / measured / 1000;
  const mbpsEach = ((after.bytes - before.bytes) * 8) / measured / 1e6 / count;
  return { kpps, mbpsEach, cores, kppsPerCore: kpps / cores };
}

async function fanOutOfMarsad(farm: Farm, count: number, seconds: number): Promise<FanOut> {
  const camera = farm.cameras[0];
  if (!camera) throw new Error('the farm has no camera');
  const node = await MediaNodeProcess.start(['ingest', 'edge']);
  const viewers = new Viewers(null);
  try {
    await node.assign([{ id: camera.id, main: { url: camera.rtspUrl }, sub: null, mode: 'always', transport: 'tcp' }]);
    const isLive = async () => {
      const { streams } = await node.rpc.call('ingest.streams', {});
      return streams[0]?.status.state === 'live';
    };
    await until(isLive, 10_000, 'the camera to be live');
    if (!node.edgeUrl) throw new Error('the node has no edge');
    const room = `camera_${camera.id}`;
    const rooms = new RoomServiceClient(node.edgeUrl, LIVEKIT.apiKey, LIVEKIT.apiSecret);
    await rooms.createRoom({
      name: room,
      metadata: JSON.stringify({ cameras: [{ id: camera.id, name: camera.name }] }),
    });
    const token = new AccessToken(LIVEKIT.apiKey, LIVEKIT.apiSecret, { identity: 'bench', ttl: 600 });
    token.addGrant({ room, roomJoin: true, canSubscribe: true });
    const url = `${node.edgeUrl}/whep/${camera.id}`;
    await viewers.ask({ kind: 'whep', count, url, token: await token.toJwt() });
    return await measure(viewers, count, node.pid, seconds);
  } finally {
    await viewers.close();
    await node.close();
  }
}

/** The same stream as a file: Janus lives in a network of its own, which the farm cannot be reached from. */
async function recordStream(farm: Farm, file: string): Promise<void> {
  const input = ['-rtsp_transport', 'tcp', '-i', farm.cameras[0]?.rtspUrl ?? ''];
  const child = startOwned('ffmpeg', ['-v', 'error', ...input, '-t', '20', '-map', '0:v', '-c', 'copy', '-y', file]);
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`ffmpeg could not record the stream (exit ${code})`);
}

async function fanOutOfJanus(farm: Farm, count: number, seconds: number): Promise<FanOut> {
  const folder = await mkdtemp(join(tmpdir(), 'marsad-bench-'));
  const file = join(folder, 'stream.mp4');
  await recordStream(farm, file);
  const namespace = await NetworkNamespace.create('marsad-bench');
  const janus = await Janus.start(namespace, 18188, 15004);
  const viewers = new Viewers(namespace);
  const input = ['-v', 'error', '-re', '-stream_loop', '-1', '-i', file];
  const output = ['-c', 'copy', '-bsf:v', 'h264_mp4toannexb,dump_extra', '-f', 'rtp', '-payload_type', '96'];
  const feed = startOwned(...namespace.inside('ffmpeg', [...input, ...output, 'rtp://127.0.0.1:15004?pkt_size=1200']));
  try {
    await viewers.ask({ kind: 'janus', count, url: janus.url, mountpoint: janus.mountpoint });
    return await measure(viewers, count, janus.pid, seconds);
  } finally {
    await endOwned(feed);
    await viewers.close();
    await janus.close();
    await namespace.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** What one core of an edge sends to browsers, all of it encrypted and from one UDP port. */
export const fanout: Bench = {
  name: 'fanout',
  summary: 'one camera to many WebRTC viewers: packets per second and core',
  options: { viewers: 'how many, default 100', vs: '`janus` runs Debian’s Janus with the same viewers (root)' },
  async run({ seconds, options }, say) {
    const count = numberOption(options, 'viewers', 100);
    const farm = await Farm.start(1);
    try {
      say(`${count} viewers of one camera`);
      const marsad = await fanOutOfMarsad(farm, count, seconds);
      if (options.vs === 'janus') say('the same with Janus');
      const janus = options.vs === 'janus' ? await fanOutOfJanus(farm, count, seconds) : null;
      const ratio = janus ? marsad.kppsPerCore / janus.kppsPerCore : null;
      return {
        figures: [
          { name: 'viewers', value: count },
          { name: 'bitrate each', value: marsad.mbpsEach, unit: 'Mbit/s' },
          { name: 'packets', value: marsad.kpps, unit: 'thousand/s' },
          { name: 'media node', value: marsad.cores, unit: 'cores' },
          { name: 'per core', value: marsad.kppsPerCore, unit: 'thousand packets/s', target: '≥ 50' },
          ...(janus
            ? [
                { name: 'Janus per core', value: janus.kppsPerCore, unit: 'thousand packets/s' },
                { name: 'ratio', value: ratio, target: '≥ 2' },
              ]
            : []),
        ],
        json: {
          viewers: count,
          mbps: Number(marsad.mbpsEach.toFixed(2)),
          kpps: Number(marsad.kpps.toFixed(1)),
          cores: Number(marsad.cores.toFixed(3)),
          kpps_per_core: Number(marsad.kppsPerCore.toFixed(1)),
          ratio_vs_peer: ratio === null ? null : Number(ratio.toFixed(2)),
        },
      };
    } finally {
      await farm.close();
    }
  },
};
