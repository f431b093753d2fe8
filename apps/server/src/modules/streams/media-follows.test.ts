import type { Client, Reservation } from '@marsad/contract';
import { Valkey } from 'iovalkey';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { videoOffer } from '../../../../../packages/media-node/src/edge/testing/offers.ts';
import { TestViewer } from '../../../../../packages/media-node/src/edge/testing/test-viewer.ts';
import { type QuietCamera, quietCamera } from '../../testing/quiet-camera.ts';
import { type TestApi, testApi } from '../../testing/test-api.ts';
import { until } from '../../testing/until.ts';

let t: TestApi;
let admin: Client;
let operator: Client;
let camera: QuietCamera;
/** A camera of its own for each test: one that never sends a picture is offline once it was watched. */
let gate: string;
const viewers: TestViewer[] = [];

beforeAll(async () => {
  camera = await quietCamera();
  t = await testApi({ environment: { MARSAD_HEARTBEAT_TIMEOUT: '5' } });
  admin = t.client(await t.admin());
  operator = t.client((await t.user('METRO', ['camera:METRO:view'])).token);
  await t.mediaNode();
  await vi.waitUntil(() => t.api.mediaPlane.ready, { timeout: 8_000 });
}, 60_000);
beforeEach(async () => {
  gate = (await admin.cameras.create({ body: { name: 'Gate', source: 'METRO', rtsp_url: `${camera.url}/x` } })).id;
  await until(async () => (await admin.cameras.get({ params: { id: gate } })).state === 'idle', 8_000);
});
afterAll(async () => {
  for (const viewer of viewers) viewer.close();
  await t?.close();
  await camera?.close();
});

const edgeOf = ({ livekit_url }: Reservation) => livekit_url.replace('ws', 'http').replace('localhost', '127.0.0.1');
async function watch(reservation: Reservation): Promise<TestViewer> {
  const viewer = new TestViewer(edgeOf(reservation), reservation.token);
  viewers.push(viewer);
  await until(() => viewer.heard('join'), 5_000);
  return viewer;
}
const mayJoin = async (reservation: Reservation) =>
  (await fetch(`${edgeOf(reservation)}/rtc/validate?access_token=${reservation.token}`)).status;
const current = async () => (await admin.streams.stats()).source_stats.METRO?.current;

describe('media follows the reservation', () => {
  it('stops within a second of the release, and the token brings nothing back while others watch', async () => {
    const other = t.client((await t.user('METRO', ['camera:METRO:view'])).token);
    const [mine, theirs] = [
      await operator.streams.reserve({ body: { camera_id: gate } }),
      await other.streams.reserve({ body: { camera_id: gate } }),
    ];
    const [me, them] = [await watch(mine), await watch(theirs)];
    await operator.streams.release({ params: { id: mine.reservation_id } });
    await until(() => me.heard('leave'), 1_000);
    expect(await mayJoin(mine)).toBe(403);
    expect(await mayJoin(theirs)).toBe(200);
    expect(them.heard('leave')).toBe(false);
    const ended = performance.now();
    await admin.admin.endReservation({ params: { id: theirs.reservation_id } });
    await until(() => them.heard('leave'), 1_000);
    expect(performance.now() - ended).toBeLessThan(1_000);
    expect(await mayJoin(theirs)).toBe(404);
  });

  it.each([
    { end: 'released by its owner', by: (id: string) => operator.streams.release({ params: { id } }) },
    { end: 'ended by an administrator', by: (id: string) => admin.admin.endReservation({ params: { id } }) },
  ])('ends a WHEP session within a second: $end', async ({ by }) => {
    const { reservation_id, token, whep_url = '' } = await operator.streams.reserve({ body: { camera_id: gate } });
    const at = whep_url.replace('localhost', '127.0.0.1');
    const headers = { 'content-type': 'application/sdp', authorization: `Bearer ${token}` };
    const play = () => fetch(at, { method: 'POST', headers, body: videoOffer({ direction: 'recvonly' }) });
    const playing = await play();
    expect(playing.status).toBe(201);
    const session = new URL(playing.headers.get('location') ?? '', at);
    const fragment = {
      method: 'PATCH',
      headers: { 'content-type': 'application/trickle-ice-sdpfrag' },
      body: 'a=mid:0',
    };
    const status = async () => (await fetch(session, fragment)).status;
    expect(await status()).toBe(204);
    await by(reservation_id);
    const ended = performance.now();
    await until(async () => (await status()) === 404, 1_000);
    expect(performance.now() - ended).toBeLessThan(1_000);
    expect((await play()).status).toBe(404);
  });

  it('stays as long as somebody is connected, without any heartbeat; and ends without one', async () => {
    const [watched, idle] = [
      await operator.streams.reserve({ body: { camera_id: gate, wall_id: 'on' } }),
      await operator.streams.reserve({ body: { camera_id: gate, wall_id: 'off' } }),
    ];
    const viewer = await watch(watched);
    await until(async () => (await current()) === 1, 10_000);
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    expect(await current()).toBe(1);
    expect(viewer.heard('leave')).toBe(false);
    expect(await operator.streams.heartbeat({ params: { id: idle.reservation_id } }).catch((e) => e.code)).toBe(
      'RESERVATION_NOT_FOUND',
    );
    await expect.poll(() => mayJoin(idle), { timeout: 2_000 }).toBe(404);
    viewer.close();
    await until(async () => (await current()) === 0, 15_000);
    await expect.poll(() => mayJoin(watched), { timeout: 2_000 }).toBe(404);
  }, 40_000);

  it('is known again when Valkey has forgotten everything while people watch', async () => {
    const [wall, single] = [
      await operator.streams.reserve({ body: { camera_id: gate, wall_id: 'w' } }),
      await operator.streams.reserve({ body: { camera_id: gate } }),
    ];
    const watching = [await watch(wall), await watch(single)];
    const raw = new Valkey(t.config.valkey.url ?? '');
    await raw.del(await raw.keys(`${t.config.valkey.keyPrefix}*`));
    const forgotten = performance.now();
    // Without the limits there are no statistics.
    await until(async () => (await current().catch(() => null)) === 2, 10_000);
    expect(performance.now() - forgotten).toBeLessThan(10_000);
    for (const { reservation_id: id } of [wall, single]) {
      expect(await operator.streams.heartbeat({ params: { id } })).toEqual({ status: 'ok' });
    }
    expect(watching.some((viewer) => viewer.heard('leave'))).toBe(false);
    expect((await operator.streams.reserve({ body: { camera_id: gate } })).reservation_id).toBe(single.reservation_id);
    await Promise.all([wall, single].map(({ reservation_id: id }) => operator.streams.release({ params: { id } })));
    await until(() => watching.every((viewer) => viewer.heard('leave') || viewer.state === 'closed'), 1_000).catch(
      () => {},
    );
    expect(await mayJoin(wall)).toBe(404);
    raw.disconnect();
  }, 30_000);
});
