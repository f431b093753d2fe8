import { type Client, Notice, noticeTopic, type Reservation } from '@marsad/contract';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { TestViewer } from '../../../../../packages/media-node/src/edge/testing/test-viewer.ts';
import { startApi } from '../../api.ts';
import { type QuietCamera, quietCamera } from '../../testing/quiet-camera.ts';
import { silent, type TestApi, testApi } from '../../testing/test-api.ts';
import { until } from '../../testing/until.ts';

let t: TestApi;
let admin: Client;
let operator: Client;
let camera: QuietCamera;
let gate: string;
let hall: string;
const viewers: TestViewer[] = [];
const code = (error: unknown) => (error as { code: string }).code;

beforeAll(async () => {
  camera = await quietCamera();
  t = await testApi();
  admin = t.client(await t.admin());
  operator = t.client((await t.user('METRO', ['camera:METRO:view'])).token);
  const add = async (name: string) =>
    (await admin.cameras.create({ body: { name, source: 'METRO', rtsp_url: `${camera.url}/x` } })).id;
  [gate, hall] = [await add('Gate'), await add('Hall')];
  await t.mediaNode();
  await vi.waitUntil(() => t.api.mediaPlane.ready, { timeout: 8_000 });
  for (const id of [gate, hall]) {
    await until(async () => (await admin.cameras.get({ params: { id } })).state === 'idle', 8_000);
  }
}, 60_000);
afterAll(async () => {
  for (const viewer of viewers) viewer.close();
  await t?.close();
  await camera?.close();
});

async function watch({ livekit_url, token }: Reservation): Promise<TestViewer> {
  const viewer = new TestViewer(livekit_url.replace('ws', 'http').replace('localhost', '127.0.0.1'), token);
  viewers.push(viewer);
  await until(() => viewer.state === 'connected', 8_000);
  return viewer;
}
const notices = (viewer: TestViewer) =>
  viewer.data.flatMap(({ label, packet }) =>
    packet.value.case === 'user' && packet.value.value.topic === noticeTopic
      ? [{ label, notice: Notice.parse(JSON.parse(new TextDecoder().decode(packet.value.value.payload))) }]
      : [],
  );
const audited = async (type: string) =>
  (
    await t.query<{ details: Record<string, unknown> }>(
      'select details from audit_log where event_type = $1 order by id',
      [type],
    )
  ).map(({ details }) => details);

describe('rooms', () => {
  it('are listed with who is in them, spoken to, and left by whoever is taken out', async () => {
    const colleague = await t.user('METRO', ['camera:METRO:view']);
    const mine = await operator.streams.reserve({ body: { camera_id: gate } });
    const theirs = await t.client(colleague.token).streams.reserve({ body: { camera_id: gate } });
    const wall = await operator.streams.reserve({ body: { camera_id: hall, wall_id: 'w' } });
    const [me, them] = [await watch(mine), await watch(theirs)];
    const { rooms, total, silent: unheard } = await admin.rooms.list();
    expect({ total, unheard }).toEqual({ total: 2, unheard: [] });
    expect(rooms.find(({ room_name }) => room_name === mine.room_name)).toMatchObject({
      edge: 'node-1',
      cameras: 1,
      viewers: 2,
    });
    expect((await admin.rooms.list({ query: { q: 'WALL_' } })).rooms.map(({ room_name }) => room_name)).toEqual([
      wall.room_name,
    ]);
    const params = { room: mine.room_name };
    await until(async () => (await admin.rooms.participants({ params })).viewers.every((one) => one.connected), 5_000);
    const inside = await admin.rooms.participants({ params });
    expect(inside.cameras).toMatchObject([{ camera_id: gate, name: 'Gate' }]);
    expect(inside.viewers.map(({ protocol }) => protocol)).toEqual(['livekit', 'livekit']);
    expect(inside.viewers.map(({ user_name }) => user_name)).toContain(colleague.login);

    const sent = await admin.rooms.message({ params, body: { text: 'أخلوا المدخل ٣', severity: 'critical' } });
    expect(sent).toEqual({ status: 'sent', recipients: 2 });
    await until(() => notices(me).length + notices(them).length === 2, 3_000);
    expect(notices(me)[0]).toMatchObject({
      label: '_reliable',
      notice: { text: 'أخلوا المدخل ٣', severity: 'critical' },
    });
    const theirIdentity = inside.viewers.find(({ user_id }) => user_id === colleague.id)?.identity ?? '';
    await admin.rooms.message({ params, body: { text: 'you alone', identities: [theirIdentity] } });
    await until(() => notices(them).length === 2, 3_000);
    expect(notices(me)).toHaveLength(1);
    expect((await audited('message_sent')).map(({ text }) => text)).toEqual(['أخلوا المدخل ٣', 'you alone']);

    const out = { room: mine.room_name, identity: theirIdentity };
    expect(await admin.rooms.removeParticipant({ params: out })).toEqual({ status: 'removed' });
    await until(() => them.heard('leave'), 1_000);
    expect(me.heard('leave')).toBe(false);
    expect(
      await t
        .client(colleague.token)
        .streams.heartbeat({ params: { id: theirs.reservation_id } })
        .catch(code),
    ).toBe('RESERVATION_NOT_FOUND');
    expect(await admin.rooms.removeParticipant({ params: out }).catch(code)).toBe('PARTICIPANT_NOT_FOUND');
    expect(await audited('participant_removed')).toMatchObject([{ ...out, reservations: 1 }]);
  }, 30_000);

  it('that do not exist are not found, and nobody but an administrator looks into any', async () => {
    const params = { room: 'camera_none' };
    expect(await admin.rooms.participants({ params }).catch(code)).toBe('ROOM_NOT_FOUND');
    expect(await admin.rooms.message({ params, body: { text: 'hello' } }).catch(code)).toBe('ROOM_NOT_FOUND');
    expect(await admin.rooms.message({ params, body: { text: 'a\u0007' } }).catch(code)).toBe('VALIDATION_FAILED');
    const refused = await Promise.all(
      [
        operator.rooms.list(),
        operator.rooms.participants({ params }),
        operator.rooms.message({ params, body: { text: 'hello' } }),
        operator.rooms.removeParticipant({ params: { ...params, identity: 'x' } }),
        operator.system.figures(),
        operator.cameras.hide({ params: { id: gate } }),
      ].map((asked) => (asked as Promise<unknown>).catch(code)),
    );
    expect(refused).toEqual(refused.map(() => 'FORBIDDEN'));
  });
});

describe('a hidden camera', () => {
  it('says so to those who watch, over a restart of the api and at an edge that comes later, until it is shown', async () => {
    const reservation = await operator.streams.reserve({ body: { camera_id: hall, wall_id: 'hidden' } });
    const viewer = await watch(reservation);
    const reason = (of: TestViewer) =>
      of.messages
        .flatMap((message) =>
          message.case === 'update'
            ? message.value.participants
            : message.case === 'join'
              ? message.value.otherParticipants
              : [],
        )
        .findLast(({ identity }) => identity === `camera_${hall}`)?.attributes['reason'];
    expect((await admin.cameras.hide({ params: { id: hall } })).hidden_since).not.toBeNull();
    await until(() => reason(viewer) === 'HIDDEN', 2_000);

    const again = await startApi({ ...t.config }, { log: silent });
    const { hidden_since } = await admin.cameras.get({ params: { id: hall } });
    await vi.waitUntil(() => again.mediaPlane.ready, { timeout: 8_000 });
    expect(hidden_since).not.toBeNull();
    expect(reason(viewer)).toBe('HIDDEN');
    await again.close();

    const late = await watch(await operator.streams.reserve({ body: { camera_id: hall, wall_id: 'late' } }));
    await until(() => reason(late) === 'HIDDEN', 3_000);
    const inside = await admin.rooms.participants({ params: { room: reservation.room_name } });
    expect(inside.cameras).toMatchObject([{ state: 'offline', state_reason: 'HIDDEN', muted: true }]);

    expect((await admin.cameras.show({ params: { id: hall } })).hidden_since).toBeNull();
    await admin.cameras.show({ params: { id: hall } });
    await until(() => reason(viewer) !== 'HIDDEN', 2_000);
    expect((await audited('camera_hidden')).length).toBe(1);
    expect(await audited('camera_shown')).toMatchObject([{ camera_id: hall, name: 'Hall' }]);
  }, 40_000);
});
