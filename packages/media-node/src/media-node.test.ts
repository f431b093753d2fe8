import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CameraSpec, NodeLease } from '@marsad/contract';
import { Valkey } from 'iovalkey';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { type MediaNodeOptions, startMediaNode } from './media-node.ts';
import { RemoteStreams } from './rpc/remote-streams.ts';
import { RpcClient } from './rpc/rpc-client.ts';
import { type Encoded, encode } from './testing/encoded.ts';
import { MemorySink } from './testing/pictures.ts';
import { TestCamera } from './testing/rtsp-camera.ts';

const log = pino({ level: 'silent' });
const secret = 'a secret of some length';
const program = fileURLToPath(new URL('testing/node-process.ts', import.meta.url));
let folder: string;
let video: Encoded;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nodes-'));
  video = encode();
});

afterAll(() => rmSync(folder, { recursive: true }));

function options(id: string): Omit<MediaNodeOptions, 'log'> {
  const listen = `unix:${join(folder, `${id}.sock`)}`;
  return { id, roles: ['ingest'], rpc: { listen, secret }, valkey: null };
}

const spec = (camera: TestCamera): CameraSpec => ({
  id: 'a',
  main: { url: camera.url },
  sub: null,
  mode: 'on-demand',
  transport: 'tcp',
});

const eventually = (check: () => void | Promise<void>, timeout = 10_000) => vi.waitFor(check, { timeout });

describe('media nodes as processes', () => {
  const processes: ChildProcess[] = [];
  const opened: { close(): unknown }[] = [];

  async function start(id: string) {
    const child = fork(program, { execArgv: [] });
    processes.push(child);
    child.send(options(id));
    await once(child, 'message');
    const address = options(id).rpc.listen;
    const rpc = new RpcClient({ address, secret, log });
    opened.push(rpc);
    rpc.start();
    await eventually(() => expect(rpc.connected).toBe(true));
    return { child, address, rpc };
  }

  afterAll(async () => {
    for (const part of opened.reverse()) await part.close();
    for (const child of processes) child.kill('SIGKILL');
  });

  it('one is killed, its camera is placed on another, and the viewer sees it again', async () => {
    const camera = await new TestCamera(video).start();
    opened.push(camera);
    const [one, two] = [await start('one'), await start('two')];
    await one.rpc.call('ingest.assign', { generation: 1, cameras: [spec(camera)] });
    const remote = new RemoteStreams({ secret, log });
    opened.push(remote);
    remote.route(new Map([['a', one.address]]));
    const sink = new MemorySink();
    remote.subscribe({ camera: 'a', profile: 'main' }, sink);
    await eventually(() => expect(sink.units.length).toBeGreaterThan(10));
    expect(sink.state).toBe('live');

    one.child.kill('SIGKILL');
    await eventually(() => expect(sink.reason).toBe('NODE_LOST'), 2000);
    await two.rpc.call('ingest.assign', { generation: 2, cameras: [spec(camera)] });
    remote.route(new Map([['a', two.address]]));
    const before = sink.units.length;
    await eventually(() => expect(sink.units.length).toBeGreaterThan(before + 10));
    expect(sink.state).toBe('live');
    expect(sink.units[before]?.key).toBe(true);

    // It comes back on its old socket file, knows nothing, and is told again.
    const again = await start('one');
    expect(await again.rpc.call('ingest.streams', {})).toEqual({ streams: [] });
  }, 30_000);

  it('tells its figures and the state of its streams', async () => {
    const camera = await new TestCamera(video).start();
    opened.push(camera);
    const node = await start('three');
    const always: CameraSpec = { ...spec(camera), mode: 'always' };
    const unwatched: CameraSpec = { ...spec(camera), id: 'b' };
    await node.rpc.call('ingest.assign', { generation: 1, cameras: [always, unwatched] });
    await eventually(async () => {
      const { streams } = await node.rpc.call('ingest.streams', {});
      expect(streams).toMatchObject([
        { camera: 'a', status: { state: 'live' }, width: 320, codec: 'h264', sinks: 0 },
        // Of its description, for no picture of it has come yet.
        { camera: 'b', status: { state: 'idle' }, width: 320, height: 240, pictures_in: 0 },
      ]);
      expect(streams[0]?.gop_pictures).toBeGreaterThan(0);
    });
    const { metrics } = await node.rpc.call('node.metrics', {});
    const figures = new Map(
      (metrics as { name: string; values: { value: number; labels: object }[] }[]).map((metric) => [
        metric.name,
        metric.values,
      ]),
    );
    expect(figures.get('cctv_ingest_pictures_total')?.[0]?.value).toBeGreaterThan(0);
    expect(figures.get('cctv_ingest_bytes_total')?.[0]?.value).toBeGreaterThan(1000);
    expect(figures.get('cctv_ingest_streams')).toContainEqual({ value: 1, labels: { state: 'live' } });
    expect(figures.get('cctv_ingest_stream_state')).toEqual([
      { value: 1, labels: { camera: 'a', profile: 'main', state: 'live' } },
      { value: 1, labels: { camera: 'b', profile: 'main', state: 'idle' } },
    ]);
  }, 30_000);
});

describe('lease', () => {
  it('is written with five seconds to live, and taken back at the end', async () => {
    const url = inject('valkeyUrl');
    const valkey = new Valkey(url.startsWith('unix:') ? new URL(url).pathname : url);
    const keyPrefix = '{lease-test}:';
    const node = await startMediaNode({ ...options('leased'), valkey: { url, keyPrefix }, log });
    try {
      const key = `${keyPrefix}node:leased`;
      await eventually(async () => expect(await valkey.get(key)).not.toBeNull());
      expect(NodeLease.parse(JSON.parse((await valkey.get(key)) ?? ''))).toMatchObject({
        id: 'leased',
        roles: ['ingest'],
      });
      await new Promise((resolve) => setTimeout(resolve, 1500));
      expect(await valkey.pttl(key)).toBeGreaterThan(3500);
      expect(await valkey.smembers(`${keyPrefix}nodes`)).toEqual(['leased']);
      await node.close();
      await node.close();
      expect(await valkey.get(key)).toBeNull();
      expect(await valkey.exists(`${keyPrefix}nodes`)).toBe(0);
    } finally {
      await node.close();
      valkey.disconnect();
    }
  });

  it('does not keep the node from starting when Valkey is away', async () => {
    const valkey = { url: `unix://${folder}/nobody.sock`, keyPrefix: '{lease-test}:' };
    const node = await startMediaNode({ ...options('alone'), valkey, log });
    await node.close();
  });

  it('a part that cannot start closes what was opened before', async () => {
    const one = await startMediaNode({ ...options('taken'), log });
    await expect(startMediaNode({ ...options('taken'), log })).rejects.toThrow(/another process listens/);
    await expect(startMediaNode({ ...options('edgy'), roles: ['edge'], log })).rejects.toThrow(/needs its options/);
    await one.close();
  });
});
