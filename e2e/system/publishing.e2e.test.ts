import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { dispose } from '@livekit/rtc-node';
import { type Client, createClient } from '@marsad/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RtspTestClient } from '../../packages/media-node/src/edge/testing/rtsp-test-client.ts';
import { newPlace, type Place, RunningMarsad } from '../fixtures/running-marsad.ts';
import { until } from '../fixtures/until.ts';
import { pidOf } from './processes.ts';
import { WallViewer } from './wall-viewer.ts';

const launcher = fileURLToPath(new URL('../../scripts/marsad.mjs', import.meta.url));

let place: Place;
let marsad: RunningMarsad;
let client: Client;
let token: string;
let viewer: WallViewer;
/** Ends them: the encoder without a word, the pusher by its launcher, which hands the signal on. */
let [encoder, pusher] = [() => {}, () => {}];
/** Camera ids: one is published by RTSP, the other by WHIP with what is read of the first. */
let gate: string;
let copy: string;
const running: ChildProcess[] = [];

beforeAll(async () => {
  place = await newPlace(2);
  marsad = await RunningMarsad.start({ demoCameras: 0, settings: { MARSAD_MEDIA_NODES: 'ingest+edge,edge' }, place });
  token = await marsad.accessToken();
  client = createClient({ baseUrl: marsad.url, token: () => token });
  const make = async (path: string) =>
    (await client.cameras.create({ body: { name: path, source: 'METRO', ingest: 'push', path } })).id;
  gate = await make('metro/gate');
  copy = await make('metro/copy');
}, 200_000);

afterAll(async () => {
  for (const child of running) child.kill('SIGTERM');
  await viewer?.close();
  await dispose();
  await marsad?.stop();
}, 60_000);

function run(command: string, args: readonly string[]): ChildProcess {
  const child = spawn(command, args, { stdio: 'ignore' });
  running.push(child);
  return child;
}

const rtspPort = (edge: number) => place.edgeRtspPort + edge;
const keyOf = async (id: string) => (await client.cameras.streamKey({ params: { id } })).stream_key;
const look = (id: string) => client.cameras.get({ params: { id } });
const reading = async () => (await client.streams.stats()).source_stats.METRO?.current;

/** ffmpeg, publishing the first camera to an edge. */
async function publish(edge: number): Promise<ChildProcess> {
  const address = `rtsp://publisher:${await keyOf(gate)}@127.0.0.1:${rtspPort(edge)}/metro/gate`;
  const picture = ['-re', '-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=15'];
  const coded = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '15'];
  return run('ffmpeg', ['-v', 'error', ...picture, ...coded, '-f', 'rtsp', '-rtsp_transport', 'tcp', address]);
}

async function read(edge: number, path: string): Promise<RtspTestClient> {
  const reader = new RtspTestClient(rtspPort(edge));
  await reader.play(path, { Authorization: `Bearer ${token}` });
  await until(() => reader.packets.length > 20, 10_000, `pictures of ${path} at edge ${edge}`);
  return reader;
}

it('a stream pushed to one edge is read at the other, and pushed on by WHIP, and both are on a wall', async () => {
  const first = await publish(1);
  encoder = () => void first.kill('SIGKILL');
  await until(async () => (await look(gate)).state === 'live', 20_000, 'the camera to be live');
  const from = `rtsp://127.0.0.1:${rtspPort(0)}/metro/gate?access_token=${token}`;
  const to = `http://127.0.0.1:${place.edgePort}/whip/${await keyOf(copy)}`;
  const second = run(process.execPath, [launcher, 'whip-push', '--rtsp', from, '--whip', to]);
  pusher = () => void second.kill('SIGTERM');
  await until(async () => (await look(copy)).state === 'live', 30_000, 'the copy to be live');

  const readers = [await read(1, '/metro/copy'), await read(0, '/metro/gate')];
  for (const reader of readers) reader.close();

  const [made] = await Promise.all(
    [gate, copy].map((camera_id) => client.streams.reserve({ body: { camera_id, wall_id: 'wall' } })),
  );
  viewer = await WallViewer.join(made ?? { livekit_url: '', token: '' });
  for (const id of [gate, copy]) await until(() => viewer.shown(id).frames > 10, 20_000, 'both on the wall');
}, 120_000);

it('a publisher that is killed leaves a camera nobody publishes; the wall goes on when it is back, on whichever edge', async () => {
  for (const end of [encoder, pusher]) end();
  await until(
    async () => {
      const { state, state_reason } = await look(gate);
      return state === 'offline' && state_reason === 'NOT_PUBLISHED';
    },
    15_000,
    'nobody to publish',
  );
  expect(viewer.told(gate)).toMatchObject({ state: 'offline', reason: 'NOT_PUBLISHED' });
  viewer.mark();
  await publish(0);
  await until(() => viewer.shown(gate).frames > 10 && viewer.told(gate).state === 'live', 20_000, 'the wall to go on');
}, 60_000);

it('readers of an edge that is killed are not charged until they lapse', async () => {
  const wall = 2;
  await until(async () => (await reading()) === wall, 10_000, 'nobody but the wall to watch');
  const readers = [await read(1, '/metro/gate'), await read(1, `/camera_${gate}`)];
  expect(await reading()).toBe(wall + 2);
  const began = performance.now();
  process.kill(pidOf(marsad.dataDir, 'media-node-2'), 'SIGKILL');
  await Promise.all(readers.map((reader) => reader.closed));
  await until(async () => (await reading()) === wall, 20_000, 'their reservations to be over');
  // By themselves they would lapse after 45 s.
  expect(performance.now() - began).toBeLessThan(20_000);
  await until(
    () =>
      read(1, '/metro/gate').then((reader) => {
        reader.close();
        return true;
      }),
    20_000,
    'the edge to be back',
  );
}, 90_000);
