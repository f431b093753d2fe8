import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Pushes } from '../../push/pushes.ts';
import { FileCameras } from '../testing/file-cameras.ts';
import { metadataOf, testEdge } from '../testing/test-edge.ts';
import { testVideo } from '../testing/test-video.ts';
import { joinToken, TestViewer, token, twirp } from '../testing/test-viewer.ts';

interface Info {
  readonly ingressId: string;
  readonly streamKey: string;
  readonly url: string;
  readonly state?: {
    readonly status?: string;
    readonly startedAt?: string;
    readonly roomId?: string;
    readonly tracks?: object[];
  };
}

const folder = mkdtempSync(join(tmpdir(), 'ingresses-'));
const events: { event: string; ingressInfo?: Info; participant?: { identity?: string } }[] = [];
const hooks = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  events.push(JSON.parse(body));
  response.end();
});
let cameras: FileCameras;
let edge: Awaited<ReturnType<typeof testEdge>>;
let pushes: Pushes;
let viewer: TestViewer | null = null;
let generation = 1;
/** Why pushes failed: a state may be over before it is looked at. */
let reasons: string[] = [];

const start = () =>
  testEdge(cameras, {
    webhookUrls: [`http://127.0.0.1:${(hooks.address() as AddressInfo).port}/`],
    ingressFile: join(folder, 'ingress.json'),
  });

beforeAll(async () => {
  await new Promise<void>((resolve) => hooks.listen(0, '127.0.0.1', resolve));
  const main = await testVideo({ width: 640, height: 360, bitrate: '500k' });
  cameras = new FileCameras({ main, sub: main });
  edge = await start();
  const log = pino({ level: 'warn' }, { write: (line) => reasons.push(String(JSON.parse(line).reason)) });
  pushes = new Pushes({ streams: cameras, registry: new Registry(), log });
}, 60_000);

afterEach(() => {
  reasons = [];
  pushes.set(generation++, []);
  viewer?.close();
  viewer = null;
});

afterAll(async () => {
  await pushes.close();
  await edge.edge.close();
  cameras.close();
  hooks.close();
  rmSync(folder, { recursive: true, force: true });
});

async function call(method: string, body: unknown): Promise<unknown> {
  const answer = await fetch(`${edge.url}/twirp/livekit.Ingress/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await token({ ingressAdmin: true })}` },
    body: JSON.stringify(body),
  });
  return answer.json();
}

const create = (room: string, identity: string) =>
  call('CreateIngress', { inputType: 'WHIP_INPUT', roomName: room, participantIdentity: identity }) as Promise<Info>;

async function state(ingressId: string): Promise<Info['state']> {
  const { items } = (await call('ListIngress', { ingressId })) as { items?: Info[] };
  return items?.[0]?.state;
}

/** Pushes a camera there; resolves when it appears in its room. */
async function publish({ url, streamKey, ingressId }: Info): Promise<void> {
  pushes.set(generation++, [{ camera: 'cam1', profile: 'main', url, token: streamKey }]);
  await expect.poll(async () => (await state(ingressId))?.status, { timeout: 8000 }).toBe('ENDPOINT_PUBLISHING');
}

const push = () => pushes.list()[0]?.status;
const told = (id: string) => events.filter((each) => each.ingressInfo?.ingressId === id).map(({ event }) => event);

async function watch(room: string): Promise<TestViewer> {
  viewer = new TestViewer(edge.url, await joinToken(room));
  const { packets } = viewer;
  await expect.poll(() => viewer?.packets, { timeout: 8000 }).toBeGreaterThan(packets + 30);
  return viewer;
}

test('what is published appears in a room that is made for it, and goes with its publisher', async () => {
  const made = await create('stage', 'guest');
  expect((await state(made.ingressId))?.status).toBeUndefined();
  await publish(made);
  const { startedAt, roomId, tracks } = (await state(made.ingressId)) ?? {};
  // Nobody watches yet, and still its size is known.
  expect(tracks).toMatchObject([{ width: 640, height: 360, mimeType: 'video/h264' }]);
  expect(roomId).toMatch(/^RM_/);
  // Nanoseconds, as LiveKit has it.
  expect(Math.abs(Number(BigInt(startedAt ?? 0) / 1_000_000n) - Date.now())).toBeLessThan(10_000);
  const watching = await watch('stage');
  expect(watching.startsOnKey).toBe(true);
  pushes.set(generation++, []);
  await expect.poll(() => told(made.ingressId), { timeout: 5000 }).toEqual(['ingress_started', 'ingress_ended']);
  const names = events.filter(({ participant }) => participant?.identity === 'guest').map(({ event }) => event);
  expect(names).toEqual(['track_published', 'track_unpublished']);
  expect((await state(made.ingressId))?.status).toBeUndefined();
}, 20_000);

test('a publisher has to go when its ingress is disabled or deleted, and when it is put out of the room', async () => {
  const made = await create('stage', 'guest');
  await publish(made);
  await twirp(edge.url, 'RemoveParticipant', { room: 'stage', identity: 'guest' }, 'stage');
  // The goodbye and the end of the connection come at once: whichever is seen first.
  const ended = expect.stringMatching(/^(the server ended the stream|the connection was lost)$/);
  await expect.poll(() => reasons, { timeout: 5000 }).toContainEqual(ended);
  // Nobody said that it may not come back.
  await expect.poll(async () => (await state(made.ingressId))?.status, { timeout: 5000 }).toBe('ENDPOINT_PUBLISHING');

  await call('UpdateIngress', { ingressId: made.ingressId, enabled: false });
  await expect.poll(() => reasons, { timeout: 8000 }).toContain('the server answered 409: the ingress is disabled');
  await call('UpdateIngress', { ingressId: made.ingressId, enabled: true });
  // Without the patience that has grown.
  pushes.set(generation++, []);
  await publish(made);

  await call('DeleteIngress', { ingressId: made.ingressId });
  // The key is as good as any other that nobody knows.
  await expect.poll(() => push()?.httpStatus, { timeout: 8000 }).toBe(401);
}, 40_000);

test('a camera the room shows is not replaced by a publisher of its name', async () => {
  const metadata = metadataOf(['cam2']);
  await twirp(edge.url, 'CreateRoom', { name: 'hall', metadata });
  const made = await create('hall', 'camera_cam2');
  pushes.set(generation++, [{ camera: 'cam1', profile: 'main', url: made.url, token: made.streamKey }]);
  await expect
    .poll(() => reasons, { timeout: 5000 })
    .toContain('the server answered 409: somebody publishes in the room as camera_cam2');
  pushes.set(generation++, []);

  // The other way round the camera comes in its place.
  await twirp(edge.url, 'UpdateRoomMetadata', { room: 'hall', metadata: '{}' }, 'hall');
  await publish(made);
  await twirp(edge.url, 'UpdateRoomMetadata', { room: 'hall', metadata }, 'hall');
  await expect.poll(async () => (await state(made.ingressId))?.status, { timeout: 5000 }).toBeUndefined();
}, 20_000);

test('ingresses are there again after a restart of the edge, with their keys', async () => {
  const made = await create('later', 'guest');
  const before = edge.url;
  await edge.edge.close();
  edge = await start();
  expect(edge.url).not.toBe(before);
  const { items } = (await call('ListIngress', { roomName: 'later' })) as { items: Info[] };
  expect(items).toHaveLength(1);
  expect(items[0]).toMatchObject({ ingressId: made.ingressId, streamKey: made.streamKey, url: `${edge.url}/whip` });
  await publish({ ...made, url: `${edge.url}/whip` });
  await watch('later');
}, 20_000);
