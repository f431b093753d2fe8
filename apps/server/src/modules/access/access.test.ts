import type { ChildProcess } from 'node:child_process';
import type { Camera, Client } from '@marsad/contract';
import { Valkey } from 'iovalkey';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { videoOffer } from '../../../../../packages/media-node/src/edge/testing/offers.ts';
import { RtspTestClient } from '../../../../../packages/media-node/src/edge/testing/rtsp-test-client.ts';
import { type Api, startApi } from '../../api.ts';
import { encode } from '../../testing/encoder.ts';
import { silent, type TestApi, testApi } from '../../testing/test-api.ts';
import { until } from '../../testing/until.ts';

let t: TestApi;
let admin: Client;
let camera: Camera;
let key: string;
/** A player's sign-in of somebody who may view METRO. */
let player: { login: string; password: string; token: string };
let port: number;
let whep: string;
let encoder: ChildProcess;
const clients: RtspTestClient[] = [];

beforeAll(async () => {
  t = await testApi();
  admin = t.client(await t.admin());
  const body = { name: 'Gate', source: 'METRO', ingest: 'push', path: 'metro/gate' } as const;
  camera = await admin.cameras.create({ body });
  await t.mediaNode();
  await until(() => t.api.mediaPlane.ready, 8_000);
  const lease = t.api.mediaPlane.edges()[0]?.lease;
  port = lease?.rtsp_port ?? 0;
  whep = `http://127.0.0.1:${lease?.public_port}/whep`;
  const user = await t.user('METRO', ['camera:METRO:view']);
  player = { ...(await t.client(user.token).auth.makePlayerPassword()), token: user.token };
  const published = await admin.cameras.streamKey({ params: { id: camera.id } });
  key = published.stream_key;
  expect(published.rtsp_url).toBe(`rtsp://publisher:${key}@localhost:${port}/metro/gate`);
  encoder = encode(published.rtsp_url?.replace('localhost', '127.0.0.1') ?? '');
  await until(async () => (await state()) === 'live', 15_000);
}, 60_000);
afterAll(async () => {
  encoder?.kill('SIGKILL');
  for (const client of clients) client.close();
  await t?.close();
});

const state = async () => (await admin.cameras.get({ params: { id: camera.id } })).state;
const current = async () => (await admin.streams.stats()).source_stats.METRO?.current;
const held = async () => (await admin.admin.reservations({ query: { source: 'METRO' } })).reservations;
const limit = (metro: number) => admin.admin.setLimits({ body: { limits: { METRO: metro } } });
const basic = (login: string, password: string) => ({
  Authorization: `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`,
});
const mine = () => basic(player.login, player.password);

function client(): RtspTestClient {
  const made = new RtspTestClient(port);
  clients.push(made);
  return made;
}

async function reader(path = '/metro/gate', headers = mine()): Promise<RtspTestClient> {
  const made = client();
  await made.play(path, headers);
  await until(() => made.packets.length > 5, 5_000);
  return made;
}

async function describeStatus(path: string, headers: Record<string, string>): Promise<number> {
  const made = client();
  const status = await made.status('DESCRIBE', path, headers);
  made.close();
  return status;
}

describe('reading', () => {
  it('takes a reservation by connecting, under each name of the camera, and gives it back at the end', async () => {
    const readers = [await reader('/metro/gate'), await reader(`/${camera.id}`), await reader(`/camera_${camera.id}`)];
    expect(await current()).toBe(3);
    expect(await held()).toContainEqual(
      expect.objectContaining({ user_name: player.login, room_name: expect.stringMatching(/^reader_/) }),
    );
    for (const one of readers) one.close();
    await until(async () => (await current()) === 0, 3_000);
    const [row] = await t.query<{ count: string }>(
      `select count(*) from audit_log where event_type = 'stream_requested' and details->>'protocol' = 'rtsp'`,
    );
    expect(Number(row?.count)).toBe(3);
  });

  it('needs somebody who may view the camera', async () => {
    const stranger = await t.user('BUS', ['camera:BUS:view']);
    const other = await t.client(stranger.token).auth.makePlayerPassword();
    expect(await describeStatus('/metro/gate', {})).toBe(401);
    expect(await describeStatus('/metro/gate', basic(player.login, 'wrong'))).toBe(401);
    expect(await describeStatus('/metro/gate', { Authorization: 'Bearer nonsense' })).toBe(401);
    expect(await describeStatus('/metro/gate', { Authorization: `Bearer ${key}` })).toBe(401);
    expect(await describeStatus('/metro/gate', basic(other.login, other.password))).toBe(403);
    expect(await describeStatus('/nobody', mine())).toBe(404);
    expect(await describeStatus('/metro/gate', { Authorization: `Bearer ${player.token}` })).toBe(200);
    expect(await describeStatus('/metro/gate', basic('admin', t.adminPassword))).toBe(200);
    await until(async () => (await current()) === 0, 3_000);
  });

  it('is refused with the numbers when the quota is full', async () => {
    await limit(1);
    const first = await reader();
    const answer = await fetch(`${whep}/metro%2Fgate`, {
      method: 'POST',
      headers: { 'content-type': 'application/sdp', authorization: `Bearer ${player.token}` },
      body: offer,
    });
    expect(answer.status).toBe(429);
    expect(await answer.text()).toContain('METRO (1/1)');
    expect(await describeStatus('/metro/gate', mine())).toBeGreaterThanOrEqual(429);
    expect(first.socket.destroyed).toBe(false);
    await limit(30);
    first.close();
    await until(async () => (await current()) === 0, 3_000);
  });

  it('ends within a second of its reservation', async () => {
    const one = await reader();
    const [reservation] = await held();
    const ended = performance.now();
    await admin.admin.endReservation({ params: { id: reservation?.reservation_id ?? '' } });
    await one.closed;
    expect(performance.now() - ended).toBeLessThan(1_000);
    expect(await current()).toBe(0);
  });

  it('goes on when Valkey has forgotten everything, and is counted again', async () => {
    const one = await reader();
    const raw = new Valkey(t.config.valkey.url ?? '');
    await raw.del(await raw.keys(`${t.config.valkey.keyPrefix}*`));
    raw.disconnect();
    // Without the limits there are no statistics.
    await until(async () => (await current().catch(() => null)) === 1, 10_000);
    const before = one.packets.length;
    await until(() => one.packets.length > before + 10, 5_000);
    one.close();
    await until(async () => (await current()) === 0, 3_000);
  }, 30_000);

  it('is a WHEP session with a token of ours, too', async () => {
    const post = (headers: Record<string, string>) =>
      fetch(`${whep}/${camera.id}`, {
        method: 'POST',
        headers: { 'content-type': 'application/sdp', ...headers },
        body: offer,
      });
    const answer = await post({ authorization: `Bearer ${player.token}` });
    expect(answer.status).toBe(201);
    expect(await answer.text()).toContain('a=rtpmap:109 H264/90000');
    expect(await current()).toBe(1);
    const end = await fetch(new URL(answer.headers.get('location') ?? '', whep), { method: 'DELETE' });
    expect(end.status).toBe(200);
    await until(async () => (await current()) === 0, 3_000);
    const { Authorization: authorization } = mine();
    expect((await post({ authorization })).status).toBe(201);
    expect((await post({ authorization: 'Bearer nonsense' })).status).toBe(401);
    const [reservation] = await held();
    await admin.admin.endReservation({ params: { id: reservation?.reservation_id ?? '' } });
    await until(async () => (await current()) === 0, 3_000);
  });

  it('stays when the api starts anew, and still ends when it should', async () => {
    const one = await reader();
    const before = await held();
    await t.api.close();
    const count = one.packets.length;
    await until(() => one.packets.length > count + 5, 5_000);
    const again: Api = await startApi(t.config, { log: silent });
    try {
      await until(() => again.mediaPlane.live(camera.id).stream.state === 'live', 8_000);
      const answer = await again.server.inject({
        method: 'GET',
        url: '/api/v1/admin/reservations?source=METRO',
        headers: { authorization: `Bearer ${player.token}` },
      });
      expect(answer.statusCode).toBe(403);
      expect(one.socket.destroyed).toBe(false);
      const login = { login: 'admin', password: t.adminPassword };
      const session = await again.server.inject({ method: 'POST', url: '/api/v1/auth/login', payload: login });
      const authorization = `Bearer ${(session.json() as { access_token: string }).access_token}`;
      const id = before[0]?.reservation_id ?? '';
      const url = `/api/v1/admin/reservations/${id}`;
      expect((await again.server.inject({ method: 'DELETE', url, headers: { authorization } })).statusCode).toBe(200);
      await one.closed;
      // It decides too, and hears of the end of sessions that another one let in.
      const another = await reader();
      another.close();
    } finally {
      await again.close();
    }
  }, 40_000);
});

const offer = videoOffer({ direction: 'recvonly', payloadType: 109 });
