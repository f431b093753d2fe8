import type { ChildProcess } from 'node:child_process';
import type { Client } from '@marsad/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RtspTestClient } from '../../../../../packages/media-node/src/edge/testing/rtsp-test-client.ts';
import { startApi } from '../../api.ts';
import { encode } from '../../testing/encoder.ts';
import { silent, type TestApi, testApi } from '../../testing/test-api.ts';
import { until } from '../../testing/until.ts';

let t: TestApi;
let admin: Client;
let authorization: { Authorization: string };
let port: number;
let encoder: ChildProcess;
const clients: RtspTestClient[] = [];

beforeAll(async () => {
  t = await testApi({ environment: { MARSAD_HEARTBEAT_TIMEOUT: '5' } });
  const token = await t.admin();
  authorization = { Authorization: `Bearer ${token}` };
  admin = t.client(token);
  const { id } = await admin.cameras.create({ body: { name: 'Gate', source: 'METRO', ingest: 'push', path: 'gate' } });
  await t.mediaNode();
  await until(() => t.api.mediaPlane.ready, 8_000);
  port = t.api.mediaPlane.edges()[0]?.lease.rtsp_port ?? 0;
  const { rtsp_url } = await admin.cameras.streamKey({ params: { id } });
  encoder = encode(rtsp_url?.replace('localhost', '127.0.0.1') ?? '');
  await until(async () => (await admin.cameras.get({ params: { id } })).state === 'live', 15_000);
}, 60_000);
afterAll(async () => {
  encoder?.kill('SIGKILL');
  for (const client of clients) client.close();
  await t?.close();
});

const current = async () => (await admin.streams.stats()).source_stats.METRO?.current;

function client(): RtspTestClient {
  const made = new RtspTestClient(port);
  clients.push(made);
  return made;
}

it('a reader that does not play loses its place and its connection after the timeout; one that plays keeps both', async () => {
  const [playing, paused, waiting] = [client(), client(), client()];
  await playing.play('/gate', authorization);
  await paused.play('/gate', authorization);
  await until(() => paused.packets.length > 5 && playing.packets.length > 5, 5_000);
  expect(await paused.status('PAUSE', '/gate', authorization)).toBe(200);
  expect(await waiting.status('DESCRIBE', '/gate', authorization)).toBe(200);
  const transport = { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' };
  expect(await waiting.status('SETUP', '/gate/trackID=0', { ...authorization, ...transport })).toBe(200);
  expect(await current()).toBe(3);

  // Signs of life keep a session, and are no beat of its reservation.
  const idle = [paused, waiting];
  const alive = setInterval(() => {
    for (const one of idle) if (!one.socket.destroyed) void one.status('OPTIONS', '/gate', authorization);
  }, 1_000);
  const began = performance.now();
  try {
    await Promise.all(idle.map(({ closed }) => closed));
  } finally {
    clearInterval(alive);
  }
  expect(performance.now() - began).toBeGreaterThan(2_500);
  await until(async () => (await current()) === 1, 3_000);
  expect(playing.socket.destroyed).toBe(false);
  const before = playing.packets.length;
  await until(() => playing.packets.length > before + 5, 5_000);
}, 30_000);

it('a reader keeps its place and its picture while no api is there for longer than the timeout', async () => {
  const reader = client();
  await reader.play('/gate', authorization);
  await until(() => reader.packets.length > 5, 5_000);
  const held = async () => (await admin.admin.reservations({ query: { source: 'METRO' } })).reservations;
  const before = (await held()).map(({ reservation_id }) => reservation_id).sort();
  await t.api.close();
  await new Promise((resolve) => setTimeout(resolve, 9_000));
  const again = await startApi(t.config, { log: silent });
  try {
    // By then it has looked for what is late several times, and for who watches once.
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    const seen = reader.packets.length;
    await until(() => reader.packets.length > seen + 5, 5_000);
    expect(reader.socket.destroyed).toBe(false);
    const answer = await again.server.inject({
      url: '/api/v1/admin/reservations?source=METRO',
      headers: authorization,
    });
    const { reservations } = answer.json() as Awaited<ReturnType<typeof admin.admin.reservations>>;
    expect(reservations.map(({ reservation_id }) => reservation_id).sort()).toEqual(before);
  } finally {
    await again.close();
  }
}, 40_000);
