import { type Client, RoomMetadata } from '@marsad/contract';
import type { MediaNode } from '@marsad/media-node';
import { Valkey } from 'iovalkey';
import { decodeJwt } from 'jose';
import { RoomServiceClient } from 'livekit-server-sdk';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { livekitCredentials, loadSecrets } from '../../secrets.ts';
import { type QuietCamera, quietCamera } from '../../testing/quiet-camera.ts';
import { type TestApi, testApi } from '../../testing/test-api.ts';

let t: TestApi;
let admin: Client;
let operator: Client;
let operatorId: string;
let camera: QuietCamera;
let gate: string;
let hall: string;
let bus: string;
let node: MediaNode;

const edgeClient = () => {
  const [edge] = t.api.mediaPlane.edges();
  const { apiKey, apiSecret } = livekitCredentials(t.config, loadSecrets(t.config.secretsDir));
  return new RoomServiceClient(`http://127.0.0.1:${edge?.lease.public_port}`, apiKey, apiSecret, { failover: false });
};
const roomsOf = async () => {
  const rooms = await edgeClient().listRooms();
  return new Map(
    rooms.map(({ name, metadata }) => [name, RoomMetadata.parse(JSON.parse(metadata)).cameras.map(({ id }) => id)]),
  );
};
const addCamera = async (name: string, source: 'METRO' | 'BUS') =>
  (await admin.cameras.create({ body: { name, source, rtsp_url: `${camera.url}/x` } })).id;
const code = (error: unknown) => (error as { code: string }).code;

beforeAll(async () => {
  camera = await quietCamera();
  t = await testApi();
  admin = t.client(await t.admin());
  const user = await t.user('METRO', ['camera:METRO:view']);
  operator = t.client(user.token);
  operatorId = user.id;
  [gate, hall, bus] = [
    await addCamera('Gate', 'METRO'),
    await addCamera('Hall', 'METRO'),
    await addCamera('Bus 7', 'BUS'),
  ];
}, 60_000);
afterAll(async () => {
  await t?.close();
  await camera?.close();
});

describe('before there is a media node', () => {
  it('answers that, and charges nobody', async () => {
    const error = await operator.streams.reserve({ body: { camera_id: gate } }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'SERVICE_UNAVAILABLE', status: 503, facts: { part: 'media_nodes' } });
    expect((await operator.streams.stats()).source_stats.METRO?.current).toBe(0);
  });
});

describe('limits that Valkey has forgotten', () => {
  it('are not 0', async () => {
    const valkey = new Valkey(t.config.valkey.url ?? '');
    const key = `${t.config.valkey.keyPrefix}stream:limit:METRO`;
    const limit = await valkey.get(key);
    try {
      await valkey.del(key);
      await expect(operator.streams.stats()).rejects.toMatchObject({
        code: 'SERVICE_UNAVAILABLE',
        facts: { part: 'valkey' },
      });
    } finally {
      await valkey.set(key, limit ?? '');
      valkey.disconnect();
    }
    expect((await operator.streams.stats()).source_stats.METRO?.limit).toBe(30);
  });
});

describe('with a media node', () => {
  beforeAll(async () => {
    node = await t.mediaNode();
    await vi.waitUntil(() => t.api.mediaPlane.ready, { timeout: 8_000 });
  });

  it('answers the documented body, and the room is on the edge', async () => {
    const answer = await operator.streams.reserve({ body: { camera_id: gate, user_id: operatorId, quality: 'high' } });
    const [edge] = t.api.mediaPlane.edges();
    const port = edge?.lease.public_port;
    expect(answer).toEqual({
      reservation_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      camera_id: gate,
      camera_name: 'Gate',
      room_name: `camera_${gate}`,
      token: expect.any(String),
      livekit_url: `ws://localhost:${port}`,
      expires_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      quality: 'high',
      participant_identity: `camera_${gate}`,
      whep_url: `http://localhost:${port}/whep/${gate}`,
    });
    const claims = decodeJwt<{ video: object; attributes: Record<string, string> }>(answer.token);
    expect(claims.attributes.quality).toBe('high');
    expect(claims.video).toEqual({
      room: `camera_${gate}`,
      roomJoin: true,
      canSubscribe: true,
      canPublish: false,
      canPublishData: false,
    });
    expect(claims.sub).toMatch(new RegExp(`^user_${operatorId}_[0-9a-f]{16}$`));
    expect((claims.exp ?? 0) - (claims.nbf ?? 0)).toBe(600);
    expect(Date.parse(answer.expires_at) - Date.now()).toBeGreaterThan(3_590_000);
    expect(await roomsOf()).toEqual(new Map([[`camera_${gate}`, [gate]]]));
    // Somebody whose connection was cut finds the room again as long as the place is held.
    const [room] = await edgeClient().listRooms([answer.room_name]);
    expect(room?.departureTimeout).toBeGreaterThan(t.config.quota.heartbeatTimeoutSeconds);
    expect(await operator.streams.heartbeat({ params: { id: answer.reservation_id } })).toEqual({ status: 'ok' });
    expect(await operator.streams.release({ params: { id: answer.reservation_id } })).toMatchObject({
      status: 'released',
    });
    expect(await roomsOf()).toEqual(new Map());
    expect(await operator.streams.release({ params: { id: answer.reservation_id } })).toMatchObject({
      status: 'released',
    });
    const events = await t.query<{ event_type: string }>(
      `select event_type from audit_log where details->>'reservation_id' = $1 order by id`,
      [answer.reservation_id],
    );
    expect(events.map(({ event_type }) => event_type)).toEqual(['stream_requested', 'stream_released']);
  });

  it('puts the cameras of a wall into one room, and takes each out with its reservation', async () => {
    const reserve = (camera_id: string) => operator.streams.reserve({ body: { camera_id, wall_id: 'w-1' } });
    const [one, two, again] = [await reserve(gate), await reserve(hall), await reserve(gate)];
    const room = `wall_${operatorId}_w-1`;
    expect(one.room_name).toBe(room);
    expect(decodeJwt(two.token).sub).toBe(`user_${operatorId}_w-1`);
    expect(again.reservation_id).toBe(one.reservation_id);
    expect((await roomsOf()).get(room)).toEqual([gate, hall].sort());
    await operator.streams.release({ params: { id: one.reservation_id } });
    expect((await roomsOf()).get(room)).toEqual([hall]);
    await operator.streams.release({ params: { id: two.reservation_id } });
    expect((await roomsOf()).has(room)).toBe(false);
  });

  it('loses nothing when a whole wall is reserved at once', async () => {
    const ids = await Promise.all(Array.from({ length: 8 }, (_, i) => addCamera(`Wall ${i}`, 'METRO')));
    const answers = await Promise.all(
      ids.map((camera_id) => operator.streams.reserve({ body: { camera_id, wall_id: 'big' } })),
    );
    expect((await roomsOf()).get(`wall_${operatorId}_big`)).toEqual(ids.toSorted());
    expect((await operator.streams.stats()).source_stats.METRO).toMatchObject({
      current: 8,
      limit: 30,
      active_cameras: 8,
      usage_percent: 26.7,
    });
    await Promise.all(answers.map(({ reservation_id: id }) => operator.streams.release({ params: { id } })));
    expect((await operator.streams.stats()).active_streams).toBe(0);
    expect(await roomsOf()).toEqual(new Map());
  });

  it('refuses what it should, with its code', async () => {
    const refused = (body: Parameters<typeof operator.streams.reserve>[0]['body']) =>
      operator.streams.reserve({ body }).then(() => 'OK', code);
    expect(await refused({ camera_id: bus })).toBe('SOURCE_FORBIDDEN');
    expect(await refused({ camera_id: 'x' })).toBe('CAMERA_NOT_FOUND');
    expect(await refused({ camera_id: gate, user_id: 'somebody-else' })).toBe('FORBIDDEN');
    expect(await refused({ camera_id: gate, wall_id: '../x' })).toBe('VALIDATION_FAILED');
    expect(await refused({ camera_id: gate, quality: 'best' as 'high' })).toBe('VALIDATION_FAILED');
  });

  it('keeps a stranger’s reservation from everybody else', async () => {
    const mine = await operator.streams.reserve({ body: { camera_id: gate } });
    const params = { id: mine.reservation_id };
    const stranger = t.client((await t.user('METRO', ['camera:METRO:view'])).token);
    expect(await stranger.streams.release({ params }).then(() => 'OK', code)).toBe('RESERVATION_NOT_FOUND');
    expect(await stranger.streams.heartbeat({ params }).then(() => 'OK', code)).toBe('RESERVATION_NOT_FOUND');
    expect(await operator.streams.heartbeat({ params: { id: 'nonsense' } }).then(() => 'OK', code)).toBe(
      'RESERVATION_NOT_FOUND',
    );
    expect((await stranger.streams.stats()).source_stats).toHaveProperty('METRO');
    const police = t.client((await t.user('BUS', ['camera:BUS:view'])).token);
    const seen = await police.streams.stats();
    expect(Object.keys(seen.source_stats)).toEqual(['BUS']);
    expect(seen).toMatchObject({ active_streams: 0, total_viewers: 0, camera_stats: [] });
    await operator.streams.release({ params });
  });

  it('says who is full, with the numbers', async () => {
    const key = `${t.config.valkey.keyPrefix}stream:limit:METRO`;
    const raw = new Valkey(t.config.valkey.url ?? '');
    await raw.set(key, 1);
    const mine = await operator.streams.reserve({ body: { camera_id: gate, wall_id: 'a' } });
    const error = await operator.streams.reserve({ body: { camera_id: hall, wall_id: 'a' } }).catch((e: unknown) => e);
    expect(error).toMatchObject({
      status: 429,
      code: 'AGENCY_LIMIT_EXCEEDED',
      messageEn: 'Agency limit reached for METRO (1/1)',
      facts: { source: 'METRO', current: 1, limit: 1 },
    });
    await operator.streams.release({ params: { id: mine.reservation_id } });
    await raw.del(key);
    raw.disconnect();
  });

  it('asks nobody for a quarter of a second whether a full agency still is, unless it hears of a change', async () => {
    const fleet = t.client((await t.user('BUS', ['camera:BUS:view'])).token);
    const reserve = (wall_id: string) => fleet.streams.reserve({ body: { camera_id: bus, wall_id } });
    await admin.admin.setLimits({ body: { limits: { BUS: 1 } } });
    const held = await reserve('one');
    const raw = new Valkey(t.config.valkey.url ?? '');
    await raw.ping();
    expect(await reserve('two').catch(code)).toBe('AGENCY_LIMIT_EXCEEDED');
    // Behind the back of the api.
    await raw.set(`${t.config.valkey.keyPrefix}stream:limit:BUS`, '9');
    raw.disconnect();
    expect(await reserve('two').catch(code)).toBe('AGENCY_LIMIT_EXCEEDED');
    // Who has it already is not refused.
    expect((await reserve('one')).reservation_id).toBe(held.reservation_id);
    await vi.waitFor(() => reserve('two'), { timeout: 2_000, interval: 20 });

    await admin.admin.setLimits({ body: { limits: { BUS: 2 } } });
    expect(await reserve('three').catch(code)).toBe('AGENCY_LIMIT_EXCEEDED');
    await fleet.streams.release({ params: { id: held.reservation_id } });
    await reserve('three');
    await admin.admin.setLimits({ body: { limits: { BUS: 50 } } });
  });

  it('refuses a camera that is offline, but not one reserved before', async () => {
    const id = (
      await admin.cameras.create({
        body: { name: 'Dead', source: 'METRO', rtsp_url: 'rtsp://127.0.0.1:9/dead', mode: 'always' },
      })
    ).id;
    const early = await operator.streams.reserve({ body: { camera_id: id, wall_id: 'b' } }).catch(() => null);
    await expect
      .poll(async () => (await operator.cameras.get({ params: { id } })).state, { timeout: 8_000 })
      .toBe('offline');
    const error = await operator.streams.reserve({ body: { camera_id: id, wall_id: 'c' } }).catch((e: unknown) => e);
    expect(error).toMatchObject({
      status: 409,
      code: 'CAMERA_OFFLINE',
      facts: { camera_name: 'Dead', reason: 'CONNECTION_REFUSED', last_picture_at: null },
    });
    const { state_since } = await operator.cameras.get({ params: { id } });
    expect(error).toMatchObject({ facts: { since: state_since } });
    if (early) {
      const again = await operator.streams.reserve({ body: { camera_id: id, wall_id: 'b' } });
      expect(again.reservation_id).toBe(early.reservation_id);
      await operator.streams.release({ params: { id: early.reservation_id } });
    }
    expect((await operator.cameras.list({ query: { status: 'OFFLINE', q: 'Dead' } })).total).toBe(1);
  });

  it('answers addresses by the host it was asked at, and never by a forged one', async () => {
    const payload = { camera_id: gate };
    const ask = async (host: string) => {
      const headers = { host, authorization: `Bearer ${await t.admin()}` };
      return (await t.api.server.inject({ method: 'POST', url: '/api/v1/stream/reserve', headers, payload })).json()
        .livekit_url as string;
    };
    expect(await ask('wall.example:8088')).toMatch(/^ws:\/\/wall\.example:\d+$/);
    expect(await ask('[::1]:8088')).toMatch(/^ws:\/\/\[::1\]:\d+$/);
    expect(await ask('evil/@x')).toMatch(/^ws:\/\/localhost:\d+$/);
  });
});

describe('when the edge is restarted', () => {
  it('makes every room again within two seconds of its return', async () => {
    const mine = await operator.streams.reserve({ body: { camera_id: gate, wall_id: 'again' } });
    await node.close();
    await expect.poll(() => t.api.mediaPlane.ready, { timeout: 3_000 }).toBe(false);
    await t.mediaNode();
    await expect.poll(() => t.api.mediaPlane.ready, { timeout: 3_000 }).toBe(true);
    await expect.poll(async () => (await roomsOf()).get(mine.room_name), { timeout: 2_000 }).toEqual([gate]);
  });
});
