import type { Client } from '@marsad/contract';
import { Valkey } from 'iovalkey';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { TestViewer } from '../../../../../packages/media-node/src/edge/testing/test-viewer.ts';
import { type QuietCamera, quietCamera } from '../../testing/quiet-camera.ts';
import { type TestApi, testApi } from '../../testing/test-api.ts';
import { until } from '../../testing/until.ts';

let t: TestApi;
let camera: QuietCamera;
let operator: Client;
let gate: string;

beforeAll(async () => {
  camera = await quietCamera();
  t = await testApi();
  const admin = t.client(await t.admin());
  operator = t.client((await t.user('METRO', ['camera:METRO:view'])).token);
  await Promise.all([t.mediaNode('one'), t.mediaNode('two')]);
  await vi.waitUntil(() => t.api.mediaPlane.edges().length === 2, { timeout: 8_000 });
  gate = (await admin.cameras.create({ body: { name: 'Gate', source: 'METRO', rtsp_url: `${camera.url}/x` } })).id;
  await until(async () => (await admin.cameras.get({ params: { id: gate } })).state === 'idle', 8_000);
}, 60_000);
afterAll(async () => {
  await t?.close();
  await camera?.close();
});

it('a room that was made anew on another edge ends on the first, and its viewer is sent on', async () => {
  const reserve = () => operator.streams.reserve({ body: { camera_id: gate, wall_id: 'w' } });
  const first = await reserve();
  const join = async ({ livekit_url: url, token }: typeof first) => {
    const viewer = new TestViewer(url.replace('ws', 'http').replace('localhost', '127.0.0.1'), token);
    await until(() => viewer.heard('join'), 5_000);
    return viewer;
  };
  const viewer = await join(first);
  const portOf = (url: string) => Number(new URL(url).port);
  const other = t.api.mediaPlane.edges().find(({ lease }) => lease.public_port !== portOf(first.livekit_url));
  // As it is after the first edge could not be reached for a while.
  const raw = new Valkey(t.config.valkey.url ?? '');
  await raw.hset(`${t.config.valkey.keyPrefix}live:rooms`, first.room_name, other?.id ?? '');
  raw.disconnect();
  await until(() => viewer.heard('leave'), 14_000);
  const again = await reserve();
  expect(again.reservation_id).toBe(first.reservation_id);
  expect(portOf(again.livekit_url)).toBe(other?.lease.public_port);
  const moved = await join(again);
  viewer.close();
  moved.close();
}, 30_000);
