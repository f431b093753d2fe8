import { HubEvent } from '@marsad/contract';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { type Api, startApi } from '../../api.ts';
import { type QuietCamera, quietCamera } from '../../testing/quiet-camera.ts';
import { silent, type TestApi, testApi } from '../../testing/test-api.ts';
import { until } from '../../testing/until.ts';

let t: TestApi;
let other: Api;
let camera: QuietCamera;
let socket: WebSocket;

beforeAll(async () => {
  camera = await quietCamera();
  t = await testApi();
  other = await startApi(t.config, { log: silent });
  await t.mediaNode();
  await vi.waitUntil(() => t.api.mediaPlane.ready && other.mediaPlane.ready, { timeout: 8_000 });
}, 60_000);
afterAll(async () => {
  socket?.terminate();
  await other?.close();
  await t?.close();
  await camera?.close();
});

it('two api processes tell the same, whichever is asked to do something', async () => {
  const admin = t.client(await t.admin());
  const { token } = await t.user('BUS', ['camera:BUS:view']);
  const { id } = await admin.cameras.create({ body: { name: 'Gate', source: 'BUS', rtsp_url: `${camera.url}/x` } });
  const heard: HubEvent[] = [];
  socket = new WebSocket(`${other.address.replace('http', 'ws')}/ws/stream/stats?access_token=${token}`);
  socket.on('message', (data) => heard.push(HubEvent.parse(JSON.parse(String(data)))));
  const has = (found: (event: HubEvent) => boolean) => until(() => heard.some(found), 3_000);
  await has(({ type }) => type === 'STREAM_STATS');
  heard.length = 0;

  const began = performance.now();
  const reserved = await t.client(token).streams.reserve({ body: { camera_id: id } });
  await has((event) => event.type === 'STREAM_STATS' && event.data.total_viewers === 1);
  // By its own looks alone it would have taken up to five seconds.
  expect(performance.now() - began).toBeLessThan(2_000);
  await admin.admin.setLimits({ body: { limits: { BUS: 1 } } });
  await has((event) => event.type === 'AGENCY_LIMIT_UPDATE' && event.data.limit === 1);
  await has((event) => event.type === 'ALERT' && event.data.type === 'AGENCY_LIMIT_REACHED');
  await admin.cameras.create({ body: { name: 'New', source: 'BUS', rtsp_url: 'rtsp://127.0.0.1:1/none' } });
  await has(({ type }) => type === 'CAMERA_STATUS');

  // What one has given, the other may end.
  const ended = await other.server.inject({
    method: 'DELETE',
    url: `/api/v1/stream/release/${reserved.reservation_id}`,
    headers: { authorization: `Bearer ${token}` },
  });
  expect(ended.statusCode).toBe(200);
  expect((await t.client(token).streams.stats()).total_viewers).toBe(0);
}, 30_000);
