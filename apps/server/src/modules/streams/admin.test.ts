import type { Client } from '@marsad/contract';
import { Valkey } from 'iovalkey';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type QuietCamera, quietCamera } from '../../testing/quiet-camera.ts';
import { type TestApi, testApi } from '../../testing/test-api.ts';
import { until } from '../../testing/until.ts';

let t: TestApi;
let admin: Client;
let camera: QuietCamera;
let ids: string[];
const code = (error: unknown) => (error as { code: string }).code;

beforeAll(async () => {
  camera = await quietCamera();
  t = await testApi();
  admin = t.client(await t.admin());
  ids = await Promise.all(
    ['Gate', 'Hall', 'Lift'].map(
      async (name) => (await admin.cameras.create({ body: { name, source: 'METRO', rtsp_url: `${camera.url}/x` } })).id,
    ),
  );
  await t.mediaNode();
  await vi.waitUntil(() => t.api.mediaPlane.ready, { timeout: 8_000 });
}, 60_000);
afterAll(async () => {
  await t?.close();
  await camera?.close();
});

const [gate, hall, lift] = [() => ids[0] ?? '', () => ids[1] ?? '', () => ids[2] ?? ''];

describe('limits', () => {
  it('are shown, changed at once, written down, and end nothing when lowered', async () => {
    const operator = t.client((await t.user('METRO', ['camera:METRO:view'])).token);
    const before = (await admin.admin.limits()).limits;
    expect(before.map(({ source, limit }) => [source, limit])).toEqual([
      ['DUBAI_POLICE', 50],
      ['METRO', 30],
      ['BUS', 20],
      ['OTHER', 400],
    ]);
    const held = await Promise.all(
      [gate(), hall()].map((camera_id) => operator.streams.reserve({ body: { camera_id } })),
    );
    const { limits } = await admin.admin.setLimits({ body: { limits: { METRO: 1 } } });
    expect(limits.find(({ source }) => source === 'METRO')).toMatchObject({
      limit: 1,
      default_limit: 30,
      current: 2,
      updated_at: expect.any(String),
    });
    const refused = await operator.streams.reserve({ body: { camera_id: lift() } }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ status: 429, facts: { source: 'METRO', current: 2, limit: 1 } });
    // Refused early now, and in the same words; what is held is renewed all the same.
    expect(await operator.streams.reserve({ body: { camera_id: lift() } }).catch(code)).toBe('AGENCY_LIMIT_EXCEEDED');
    expect((await operator.streams.reserve({ body: { camera_id: gate() } })).reservation_id).toBe(
      held[0]?.reservation_id,
    );
    for (const { reservation_id: id } of held) {
      expect(await operator.streams.heartbeat({ params: { id } })).toEqual({ status: 'ok' });
      await operator.streams.release({ params: { id } });
    }
    const [event] = await t.query<{ details: object }>(
      `select details from audit_log where event_type = 'limit_changed' order by id desc limit 1`,
    );
    expect(event?.details).toEqual({ source: 'METRO', before: 30, after: 1 });
    await admin.admin.setLimits({ body: { limits: { METRO: 30 } } });
  });

  it('are an administrator’s, and numbers', async () => {
    const operator = t.client((await t.user('METRO', ['camera:*:view'])).token);
    expect(await operator.admin.limits().catch(code)).toBe('FORBIDDEN');
    expect(await operator.admin.setLimits({ body: { limits: { METRO: 5 } } }).catch(code)).toBe('FORBIDDEN');
    expect(await operator.admin.reservations().catch(code)).toBe('FORBIDDEN');
    for (const limits of [{}, { METRO: -1 }, { METRO: 1.5 }, { NOBODY: 3 }]) {
      expect(await admin.admin.setLimits({ body: { limits } as never }).catch(code)).toBe('VALIDATION_FAILED');
    }
  });

  it('outlive Valkey', async () => {
    await admin.admin.setLimits({ body: { limits: { BUS: 7 } } });
    const raw = new Valkey(t.config.valkey.url ?? '');
    const keys = await raw.keys(`${t.config.valkey.keyPrefix}stream:*`);
    await raw.del(keys);
    await until(async () => (await raw.get(`${t.config.valkey.keyPrefix}stream:limit:BUS`)) === '7', 8_000);
    raw.disconnect();
  });
});

describe('reservations', () => {
  it('are listed with whose they are, filtered and paged', async () => {
    const user = await t.user('METRO', ['camera:METRO:view']);
    const operator = t.client(user.token);
    const one = await operator.streams.reserve({ body: { camera_id: gate(), quality: 'high' } });
    const two = await operator.streams.reserve({ body: { camera_id: hall(), wall_id: 'w' } });
    const all = await admin.admin.reservations({ query: { user_id: user.id } });
    expect(all).toMatchObject({ count: 2, total: 2 });
    expect(all.reservations[0]).toMatchObject({
      reservation_id: one.reservation_id,
      camera_name: 'Gate',
      source: 'METRO',
      user_id: user.id,
      user_name: user.login,
      user_name_ar: user.login,
      quality: 'high',
    });
    expect(Date.parse(all.reservations[0]?.expires_at ?? '') - Date.now()).toBeGreaterThan(3_500_000);
    expect(await admin.admin.reservations({ query: { user_id: user.id, limit: 1, offset: 1 } })).toMatchObject({
      count: 1,
      total: 2,
      reservations: [{ reservation_id: two.reservation_id }],
    });
    expect((await admin.admin.reservations({ query: { source: 'BUS' } })).total).toBe(0);

    expect(await admin.admin.endReservation({ params: { id: one.reservation_id } })).toEqual({ status: 'ended' });
    expect(await admin.admin.endReservation({ params: { id: one.reservation_id } })).toEqual({ status: 'ended' });
    expect(await admin.admin.endReservation({ params: { id: 'nonsense' } }).catch(code)).toBe('RESERVATION_NOT_FOUND');
    expect(await operator.streams.heartbeat({ params: { id: one.reservation_id } }).catch(code)).toBe(
      'RESERVATION_NOT_FOUND',
    );
    const [event] = await t.query<{ user_id: string; actor_id: string }>(
      `select user_id, actor_id from audit_log where event_type = 'stream_ended' and details->>'reservation_id' = $1`,
      [one.reservation_id],
    );
    expect(event?.user_id).toBe(user.id);
    expect(event?.actor_id).not.toBe(user.id);
    await operator.streams.release({ params: { id: two.reservation_id } });
  });

  it('end when their user is disabled, the camera is removed or another agency’s', async () => {
    const user = await t.user('METRO', ['camera:METRO:view']);
    await t.client(user.token).streams.reserve({ body: { camera_id: gate() } });
    await t.query(`update users set status = 'DISABLED' where id = $1`, [user.id]);
    const other = await t.user('METRO', ['camera:METRO:view']);
    await t.client(other.token).streams.reserve({ body: { camera_id: lift() } });
    await admin.cameras.remove({ params: { id: lift() } });
    const third = await t.user('METRO', ['camera:*:view']);
    await t.client(third.token).streams.reserve({ body: { camera_id: hall() } });
    await admin.cameras.update({ params: { id: hall() }, body: { source: 'BUS' } });
    const fourth = await t.user('OTHER', ['camera:*:view']);
    await t.client(fourth.token).streams.reserve({ body: { camera_id: gate(), wall_id: 'w' } });
    await t.query('update users set permissions = $2 where id = $1', [fourth.id, ['camera:OTHER:view']]);
    await until(async () => (await admin.admin.reservations()).total === 0, 14_000);
    const causes = async () => {
      const events = await t.query<{ details: { cause: string } }>(
        `select details from audit_log where event_type = 'stream_ended' and actor_id is null`,
      );
      return events.map(({ details }) => details.cause).sort();
    };
    // The audit trail is written after the reservation has ended.
    await until(async () => (await causes()).length === 4, 5_000);
    expect(await causes()).toEqual(['agency_changed', 'camera_removed', 'permission_withdrawn', 'user_disabled']);
    // What was ended is not had back with a token from before.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const again = (token: string) => t.client(token).streams.reserve({ body: { camera_id: gate() } });
    expect(await again(user.token).catch(code)).toBe('SESSION_ENDED');
    expect(await again(fourth.token).catch(code)).toBe('SOURCE_FORBIDDEN');
    // Nor is anything else.
    expect(await t.client(user.token).cameras.list().catch(code)).toBe('SESSION_ENDED');
    const { cameras } = await t.client(fourth.token).cameras.list();
    expect(cameras.filter(({ source }) => source !== 'OTHER')).toEqual([]);
  }, 20_000);
});
