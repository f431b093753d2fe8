import type { ChildProcess } from 'node:child_process';
import { type Client, controlRoutes, type Route } from '@marsad/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RtspTestClient } from '../../../../../packages/media-node/src/edge/testing/rtsp-test-client.ts';
import { encode } from '../../testing/encoder.ts';
import { type TestApi, testApi } from '../../testing/test-api.ts';
import { until } from '../../testing/until.ts';

let t: TestApi;
let admin: Client;
let token: string;
const ends: (() => void)[] = [];

beforeAll(async () => {
  t = await testApi();
  token = await t.admin();
  admin = t.client(token);
  await t.mediaNode();
  await until(() => t.api.mediaPlane.ready, 8_000);
}, 60_000);
afterAll(async () => {
  for (const end of ends) end();
  await t?.close();
});

async function call(method: 'GET' | 'POST' | 'DELETE', url: string, body?: object, bearer: string | null = token) {
  const answer = await t.api.server.inject({
    method,
    url,
    ...(bearer === null ? {} : { headers: { authorization: `Bearer ${bearer}` } }),
    ...(body ? { payload: body } : {}),
  });
  return { status: answer.statusCode, body: answer.json() };
}
const get = (url: string) => call('GET', url);
const add = (name: string, body?: object) => call('POST', `/v3/config/paths/add/${name}`, body);
const cameraAt = async (path: string) => (await admin.cameras.list()).cameras.find((camera) => camera.path === path);
const names = async (query = '') => {
  const { body } = await get(`/v3/paths/list${query}`);
  return (body.items as { name: string }[]).map(({ name }) => name);
};

describe('paths', () => {
  it('are added as cameras of the agency that the name says, and removed in either way', async () => {
    expect(await add('metro_platform_1', { source: 'rtsp://u:secret@127.0.0.1:9/a', sourceOnDemand: true })).toEqual({
      status: 200,
      body: { status: 'ok' },
    });
    expect(await cameraAt('metro_platform_1')).toMatchObject({
      name: 'metro_platform_1',
      source: 'METRO',
      ingest: 'pull',
      mode: 'on-demand',
      rtsp_url: 'rtsp://u:***@127.0.0.1:9/a',
    });
    expect((await add('dubai_police_7', { source: 'rtsp://127.0.0.1:9/', rtspTransport: 'tcp' })).status).toBe(200);
    expect(await cameraAt('dubai_police_7')).toMatchObject({
      source: 'DUBAI_POLICE',
      mode: 'always',
      transport: 'tcp',
    });
    expect((await add('bus_12/front')).status).toBe(200);
    expect(await cameraAt('bus_12/front')).toMatchObject({ source: 'BUS', ingest: 'push' });
    expect((await add('gate%2Fnorth', { source: 'publisher' })).status).toBe(200);
    expect(await cameraAt('gate/north')).toMatchObject({ source: 'OTHER' });
    expect(await names()).toEqual(['bus_12/front', 'dubai_police_7', 'gate/north', 'metro_platform_1']);

    expect((await get('/v3/paths/get/bus_12/front')).body).toMatchObject({ name: 'bus_12/front', source: null });
    expect((await get('/v3/paths/get/metro_platform_1')).body).toMatchObject({
      confName: 'metro_platform_1',
      source: { type: 'rtspSource', id: '' },
      ready: false,
      readyTime: null,
      tracks: [],
      readers: [],
    });
    expect((await call('DELETE', '/v3/config/paths/delete/bus_12/front')).body).toEqual({ status: 'ok' });
    expect((await call('POST', '/v3/config/paths/remove/gate/north')).status).toBe(200);
    expect(await names()).toEqual(['dubai_police_7', 'metro_platform_1']);
    expect((await call('DELETE', '/v3/config/paths/delete/gate/north')).status).toBe(404);
    const kinds = await t.query<{ event_type: string }>(
      `select distinct event_type from audit_log where actor_id is not null`,
    );
    expect(kinds.map((row) => row.event_type)).toEqual(expect.arrayContaining(['camera_created', 'camera_deleted']));
  });

  it('named by an id are the camera with that id, also after it was removed', async () => {
    const id = 'd0b1f6a2-8a27-4b8e-9f35-6f6a8a1f0b11';
    const source = 'rtsp://127.0.0.1:9/b';
    expect((await add(`camera_${id}`, { source })).status).toBe(200);
    expect(await admin.cameras.get({ params: { id } })).toMatchObject({
      path: null,
      source: 'OTHER',
      rtsp_url: source,
    });
    expect((await get(`/v3/paths/get/camera_${id}`)).body.name).toBe(`camera_${id}`);
    expect((await add(`camera_${id}`, { source })).body).toEqual({ status: 'error', error: 'path already exists' });
    await call('DELETE', `/v3/config/paths/delete/camera_${id}`);
    expect((await get(`/v3/paths/get/camera_${id}`)).status).toBe(404);
    expect((await add(`camera_${id}`)).status).toBe(200);
    expect(await admin.cameras.get({ params: { id } })).toMatchObject({ ingest: 'push' });
    await call('DELETE', `/v3/config/paths/delete/camera_${id}`);
  });

  it('are taken from a body of whatever type, as curl sends it, and from none', async () => {
    const send = (headers: Record<string, string>, payload: string) =>
      t.api.server.inject({
        method: 'POST',
        url: '/v3/config/paths/add/curl',
        headers: { authorization: `Bearer ${token}`, ...headers },
        payload,
      });
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await send(form, '{"source":')).json()).toEqual({ status: 'error', error: expect.any(String) });
    expect((await send(form, '{"source":"rtsp://127.0.0.1:9/c"}')).json()).toEqual({ status: 'ok' });
    expect(await cameraAt('curl')).toMatchObject({ rtsp_url: 'rtsp://127.0.0.1:9/c' });
    await call('DELETE', '/v3/config/paths/delete/curl');
    expect((await send(form, '')).json()).toEqual({ status: 'ok' });
    await call('DELETE', '/v3/config/paths/delete/curl');
  });

  it('come in pages', async () => {
    expect((await get('/v3/paths/list?itemsPerPage=1&page=1')).body).toMatchObject({
      itemCount: 2,
      pageCount: 2,
      items: [{ name: 'metro_platform_1' }],
    });
    expect((await get('/v3/paths/list?page=7')).body).toMatchObject({ itemCount: 2, pageCount: 1, items: [] });
    expect((await get('/v3/paths/list?itemsPerPage=0')).status).toBe(400);
  });
});

describe('what cannot be done', () => {
  const error = (status: number, text: RegExp) => ({
    status,
    body: { status: 'error', error: expect.stringMatching(text) },
  });

  it('is said in that API’s own form', async () => {
    expect(await add('dubai_police_7', { source: 'publisher' })).toEqual(error(400, /^path already exists$/));
    expect(await get('/v3/paths/get/nobody')).toEqual(error(404, /^path not found$/));
    expect(await add('x', { source: 'udp://239.0.0.1:5000' })).toEqual(error(400, /source: must be publisher/));
    expect(await add('x', { source: 'publisher', sourceOnDemand: true })).toEqual(error(400, /sourceOnDemand/));
    expect(await add('x', { record: true })).toEqual(error(400, /record/));
    expect(await add('x', { name: 'y' })).toEqual(error(400, /name/));
    expect(await add('a//b')).toEqual(error(400, /name/));
    expect(await add('all%20others')).toEqual(error(400, /name/));
    expect(await names()).not.toContain('x');
  });

  it('is everything, for those who are no administrators', async () => {
    const { token: operator } = await t.user('METRO', ['camera:METRO:*']);
    for (const { method, path } of Object.values(controlRoutes) as Route[]) {
      const url = path.replace('{name}', 'metro_platform_1');
      expect(await call(method as 'GET', url, undefined, null), url).toEqual(error(401, /Sign in/));
      expect(await call(method as 'GET', url, undefined, operator), url).toEqual(error(403, /permission/));
    }
    expect(await names()).toContain('metro_platform_1');
  });
});

describe('the engine', () => {
  it('says where it listens, by the old address and the new', async () => {
    const lease = t.api.mediaPlane.edges()[0]?.lease;
    const expected = { rtsp: true, rtspAddress: `:${lease?.rtsp_port}`, webrtcAddress: `:${lease?.public_port}` };
    for (const url of ['/v3/config/get', '/v3/config/global/get', '/api/v1/rtsp/config/get'])
      expect((await get(url)).body, url).toMatchObject({ ...expected, rtspEncryption: 'no', logLevel: 'info' });
  });

  it('shows who publishes and who reads', async () => {
    await add('bus_9');
    const camera = await cameraAt('bus_9');
    const { rtsp_url } = await admin.cameras.streamKey({ params: { id: camera?.id ?? '' } });
    const encoder: ChildProcess = encode(rtsp_url?.replace('localhost', '127.0.0.1') ?? '');
    ends.push(() => encoder.kill('SIGKILL'));
    const path = async () => (await get('/v3/paths/get/bus_9')).body;
    await until(async () => (await path()).ready, 15_000);
    const reader = new RtspTestClient(t.api.mediaPlane.edges()[0]?.lease.rtsp_port ?? 0);
    ends.push(() => reader.close());
    await reader.play('/bus_9', { Authorization: `Bearer ${token}` });
    await until(() => reader.packets.length > 10, 5_000);
    const held = await admin.streams.reserve({ body: { camera_id: camera?.id ?? '' } });

    const { body: connections } = await get('/v3/rtspconns/list');
    const [publishing, reading] = connections.items;
    expect(connections).toMatchObject({ itemCount: 2, pageCount: 1 });
    expect(publishing).toMatchObject({ state: 'publish', path: camera?.id, transport: 'TCP', node: 'node-1' });
    expect(reading).toMatchObject({
      state: 'read',
      path: 'bus_9',
      remoteAddr: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
    });
    expect(reading.bytesSent).toBeGreaterThan(1_000);
    expect(publishing.bytesReceived).toBeGreaterThan(1_000);
    expect((await get('/v3/rtspsconns/list')).body).toEqual({ itemCount: 0, pageCount: 0, items: [] });
    // Publishers are counted once a second.
    await until(async () => (await path()).bytesReceived > 1_000, 5_000);
    const shown = await path();
    expect(shown).toMatchObject({
      source: { type: 'rtspSession', id: publishing.session },
      tracks: ['H264'],
      readers: [
        { type: 'rtspSession', id: reading.session },
        { type: 'webRTCSession', id: held.reservation_id },
      ],
    });
    expect(shown.bytesSent).toBeGreaterThan(1_000);
    expect((await get('/v3/paths/list')).body.items[0]).toMatchObject({ name: 'bus_9', ready: true });

    await call('POST', '/v3/config/paths/remove/bus_9');
    await reader.closed;
    await until(async () => (await get('/v3/rtspconns/list')).body.itemCount === 0, 5_000);
  }, 40_000);

  it('documents what it answers', async () => {
    const { paths } = (await t.api.server.inject('/openapi.json')).json();
    for (const { method, path } of Object.values(controlRoutes) as Route[])
      expect(paths[path]?.[method.toLowerCase()]?.responses, path).toHaveProperty('401');
    expect(JSON.stringify(paths['/v3/paths/list'].get.responses['401'])).toContain('ControlError');
    expect(Object.keys(paths).filter((path) => path.includes('*'))).toEqual([]);
  });
});
