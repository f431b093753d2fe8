import { type Client, HubEvent } from '@marsad/contract';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { type QuietCamera, quietCamera } from '../../testing/quiet-camera.ts';
import { type TestApi, testApi } from '../../testing/test-api.ts';
import { until } from '../../testing/until.ts';

let t: TestApi;
let admin: Client;
let camera: QuietCamera;
let gate: string;
const open: WebSocket[] = [];

interface Listener {
  readonly socket: WebSocket;
  readonly heard: HubEvent[];
  closed: number | null;
}

function listen(options: { headers?: Record<string, string>; query?: string } = {}): Promise<Listener> {
  const address = `${t.api.address.replace('http', 'ws')}/ws/stream/stats${options.query ?? ''}`;
  const socket = new WebSocket(address, { headers: options.headers ?? {} });
  open.push(socket);
  const listener: Listener = { socket, heard: [], closed: null };
  socket.on('message', (data) => listener.heard.push(HubEvent.parse(JSON.parse(String(data)))));
  socket.on('close', (code) => {
    listener.closed = code;
  });
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(listener));
    socket.once('error', reject);
  });
}
const auth = (listener: Listener, token: string) => listener.socket.send(JSON.stringify({ type: 'AUTH', token }));
const of = <T extends HubEvent['type']>({ heard }: Listener, type: T) =>
  heard.filter((event): event is Extract<HubEvent, { type: T }> => event.type === type);

beforeAll(async () => {
  camera = await quietCamera();
  t = await testApi({ environment: { MARSAD_ACCESS_TOKEN_TTL: '60' } });
  admin = t.client(await t.admin());
  gate = (await admin.cameras.create({ body: { name: 'Gate', source: 'BUS', rtsp_url: `${camera.url}/x` } })).id;
  await t.mediaNode();
  await vi.waitUntil(() => t.api.mediaPlane.ready, { timeout: 8_000 });
}, 60_000);
afterAll(async () => {
  for (const socket of open) socket.terminate();
  await t?.close();
  await camera?.close();
});

describe('the hub', () => {
  it('says nothing before it knows who listens', async () => {
    const silent = await listen();
    const wrong = await listen();
    auth(wrong, 'nonsense');
    await until(() => wrong.closed === 4401, 3_000);
    const rude = await listen();
    rude.socket.send('hello');
    await until(() => rude.closed === 4400, 3_000);
    expect([...silent.heard, ...wrong.heard, ...rude.heard]).toEqual([]);
    expect(silent.closed).toBeNull();
  });

  it('takes the token from a message, a header or the query', async () => {
    const { token } = await t.user('BUS', ['camera:BUS:view']);
    const listeners = await Promise.all([
      listen(),
      listen({ headers: { authorization: `Bearer ${token}` } }),
      listen({ query: `?access_token=${token}` }),
    ]);
    const [first] = listeners;
    if (first) auth(first, token);
    for (const listener of listeners) {
      await until(() => of(listener, 'STREAM_STATS').length > 0, 3_000);
      listener.socket.close();
    }
  });

  it('tells of changes at once, and to each only what it may see', async () => {
    const mine = await t.user('BUS', ['camera:BUS:view']);
    const [bus, metro] = [await listen(), await listen()];
    auth(bus, mine.token);
    auth(metro, (await t.user('METRO', ['camera:METRO:view'])).token);
    await until(() => of(bus, 'STREAM_STATS').length > 0 && of(metro, 'STREAM_STATS').length > 0, 3_000);
    await admin.admin.setLimits({ body: { limits: { BUS: 1 } } });
    const asked = performance.now();
    const { reservation_id: id } = await t.client(mine.token).streams.reserve({ body: { camera_id: gate } });
    await until(() => of(bus, 'STREAM_STATS').some(({ data }) => data.total_viewers === 1), 3_000);
    expect(performance.now() - asked).toBeLessThan(2_500);
    await until(() => of(bus, 'AGENCY_LIMIT_UPDATE').some(({ data }) => data.current === 1 && data.limit === 1), 3_000);
    await until(() => of(bus, 'ALERT').some(({ data }) => data.type === 'AGENCY_LIMIT_REACHED'), 3_000);
    expect(of(bus, 'STREAM_STATS').at(-1)?.data.camera_stats).toMatchObject([{ camera_id: gate, camera_name: 'Gate' }]);
    expect(of(bus, 'STREAM_STATS').at(-1)?.data.per_source_count).toEqual({ BUS: 1 });
    expect(of(metro, 'STREAM_STATS').at(-1)?.data.per_source_count).toEqual({ METRO: 0 });
    expect(Object.keys(of(metro, 'STREAM_STATS').at(-1)?.data.source_stats ?? {})).toEqual(['METRO']);
    expect(of(metro, 'AGENCY_LIMIT_UPDATE').every(({ data }) => data.source === 'METRO')).toBe(true);
    expect(of(metro, 'ALERT')).toEqual([]);
    await t.client(mine.token).streams.release({ params: { id } });
    await until(() => of(bus, 'STREAM_STATS').at(-1)?.data.total_viewers === 0, 3_000);
    await admin.admin.setLimits({ body: { limits: { BUS: 20 } } });
    bus.socket.close();
    metro.socket.close();
  });

  it('speaks every five seconds without any change', async () => {
    const listener = await listen();
    auth(listener, (await t.user('BUS', ['camera:BUS:view'])).token);
    await until(() => of(listener, 'STREAM_STATS').length > 0, 3_000);
    await new Promise((resolve) => setTimeout(resolve, 600));
    const before = of(listener, 'STREAM_STATS').length;
    await until(() => of(listener, 'STREAM_STATS').length > before, 7_000);
    listener.socket.close();
  });

  it('tells of a camera that changes', async () => {
    const listener = await listen();
    auth(listener, (await t.user('BUS', ['camera:BUS:view'])).token);
    await until(() => of(listener, 'STREAM_STATS').length > 0, 3_000);
    await admin.cameras.create({ body: { name: 'New', source: 'BUS', rtsp_url: 'rtsp://127.0.0.1:1/none' } });
    await until(() => of(listener, 'CAMERA_STATUS').some(({ data }) => data.state === 'offline'), 8_000);
    listener.socket.close();
  });

  it('takes so many who say nothing from one address, and more when one has said who he is', async () => {
    const { token } = await t.user('BUS', ['camera:BUS:view']);
    const silent = await Promise.all(Array.from({ length: 200 }, () => listen()));
    const late = await listen();
    await until(() => late.closed === 4429, 3_000);
    const [known] = silent;
    if (known) auth(known, token);
    await until(() => (known?.heard.length ?? 0) > 0, 3_000);
    const other = await listen();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(other.closed).toBeNull();
    for (const { socket } of [...silent, other]) socket.close();
  });

  it('keeps to one user, and to so many connections of one', async () => {
    const [one, other] = [await t.user('BUS', ['camera:BUS:view']), await t.user('BUS', ['camera:BUS:view'])];
    const first = await listen({ headers: { authorization: `Bearer ${one.token}` } });
    await until(() => first.heard.length > 0, 3_000);
    auth(first, one.token);
    auth(first, other.token);
    await until(() => first.closed === 4401 || first.closed === 4400, 3_000);
    const many = await Promise.all(
      Array.from({ length: 17 }, () => listen({ headers: { authorization: `Bearer ${one.token}` } })),
    );
    await until(() => many.some(({ closed }) => closed === 4429), 3_000);
    expect(many.filter(({ closed }) => closed === null)).toHaveLength(16);
    expect(await t.client().system.metrics()).toMatch(/^websocket_connections_total 1[6-9]$/m);
    for (const { socket } of many) socket.close();
  });

  it('is no use over plain HTTP', async () => {
    expect((await fetch(`${t.api.address}/ws/stream/stats`)).status).toBe(426);
  });
});
