import { randomUUID } from 'node:crypto';
import type { CameraSpec } from '@marsad/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MediamtxStandIn } from '../testing/mediamtx-stand-in.ts';
import { quietCamera } from '../testing/quiet-camera.ts';
import { silent, testApi } from '../testing/test-api.ts';
import { until } from '../testing/until.ts';
import { MediamtxClient, MediamtxError } from './mediamtx-client.ts';
import { MediamtxPaths } from './mediamtx-paths.ts';

let server: MediamtxStandIn;
const ends: (() => Promise<void>)[] = [];
beforeEach(async () => {
  server = new MediamtxStandIn();
  await server.start();
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await server.stop();
});

const ids = [randomUUID(), randomUUID(), randomUUID()] as const;
const camera = (id: string, more: Partial<CameraSpec> = {}): CameraSpec => ({
  id,
  main: { url: `rtsp://u:pass@10.0.0.1/${id}` },
  sub: null,
  mode: 'on-demand',
  transport: 'auto',
  ...more,
});

function paths(ours: readonly string[] = ids): MediamtxPaths {
  const made = new MediamtxPaths({
    client: new MediamtxClient(server.url),
    rtspUrl: 'rtsp://reader:word@mtx:8554/',
    ours: async (asked) => new Set(asked.filter((id) => ours.includes(id))),
    log: silent,
    interval: 100,
    firstRetry: 10,
  });
  ends.push(() => made.close());
  return made;
}

describe('the client', () => {
  it('lists page by page, and says what went wrong without an address in it', async () => {
    const client = new MediamtxClient(server.url);
    for (let i = 0; i < 1_001; i += 1) server.paths.set(`p${i}`, { source: 'rtsp://10.0.0.1/' });
    const found = await client.paths();
    expect(found.size).toBe(1_001);
    expect(server.requests).toHaveLength(3);
    const path = { source: 'rtsp://u:secret@h/', sourceOnDemand: true, rtspTransport: 'tcp' } as const;
    await expect(client.add('p0', path)).rejects.toMatchObject({ code: 'REFUSED', status: 400 });
    await client.add('a/b', path);
    expect(server.paths.get('a/b')).toEqual(path);
    await client.remove('a/b');
    await client.remove('a/b');
    await expect(new MediamtxClient(server.url.replace('ecret', 'x')).paths()).rejects.toMatchObject({ status: 401 });
    await server.stop();
    const error: unknown = await client.add('p', path).catch((failure) => failure);
    expect(error).toBeInstanceOf(MediamtxError);
    expect(error).toMatchObject({ code: 'UNREACHABLE', status: null });
    expect(`${error}${JSON.stringify(error)}`).not.toContain('secret');
  });
});

describe('the paths of cameras', () => {
  it('are made, changed and removed there, and nothing else is touched', async () => {
    server.paths.set('by-hand', {});
    server.paths.set(`camera_${randomUUID()}`, { source: 'rtsp://of.another/' });
    const others = [...server.paths.keys()];
    const relay = paths();
    const [one, two] = ids;
    const sub = { url: 'rtsp://u:pass@10.0.0.1/small' };
    const told = relay.relay([camera(one), camera(two, { sub, mode: 'always', transport: 'tcp' })]);
    expect(told[0]).toEqual({ ...camera(one), main: { url: `rtsp://reader:word@mtx:8554/camera_${one}` } });
    expect(told[1]).toMatchObject({ sub: { url: `rtsp://reader:word@mtx:8554/camera_${two}_sub` }, transport: 'auto' });
    await until(() => server.paths.size === 5);
    expect(server.paths.get(`camera_${one}`)).toEqual({
      source: `rtsp://u:pass@10.0.0.1/${one}`,
      sourceOnDemand: true,
    });
    expect(server.paths.get(`camera_${two}_sub`)).toEqual({
      source: sub.url,
      sourceOnDemand: false,
      rtspTransport: 'tcp',
    });
    const changed = { url: 'rtsp://10.0.0.9/new' };
    relay.relay([camera(one, { main: changed })]);
    await until(() => server.paths.size === 3 && server.paths.get(`camera_${one}`)?.source === changed.url);
    relay.relay([]);
    await until(() => server.paths.size === 2);
    expect([...server.paths.keys()]).toEqual(others);
    server.requests.length = 0;
    await until(() => server.requests.length > 2);
    expect(server.requests.every((request) => request.startsWith('GET'))).toBe(true);
  });

  it('are there again after the server was away, and after it has forgotten them', async () => {
    const relay = paths();
    await server.stop();
    relay.relay([camera(ids[0])]);
    await new Promise((resolve) => setTimeout(resolve, 60));
    await server.start();
    await until(() => server.paths.size === 1, 2_000);
    await server.stop();
    await server.start();
    await until(() => server.paths.size === 1, 2_000);
  });

  it('that are refused keep no others from being made', async () => {
    server.refused.add(`camera_${ids[0]}`);
    const relay = paths();
    relay.relay(ids.map((id) => camera(id)));
    await until(() => server.paths.size === 2);
    server.refused.clear();
    await until(() => server.paths.size === 3);
  });
});

it('a camera whose metadata ask for it is fetched by that server, and by us from there', async () => {
  const fetched = await quietCamera();
  const environment = { MEDIAMTX_API_URL: server.url, MEDIAMTX_RTSP_URL: fetched.url };
  const t = await testApi({ environment });
  ends.push(
    () => fetched.close(),
    () => t.close(),
  );
  const admin = t.client(await t.admin());
  const rtsp_url = 'rtsp://u:pass@127.0.0.1:9/dead';
  const body = { name: 'A', source: 'BUS', rtsp_url, metadata: { mediamtx: true } } as const;
  const { id } = await admin.cameras.create({ body });
  const params = { id };
  await until(() => server.paths.get(`camera_${id}`)?.source === rtsp_url, 5_000);
  await t.mediaNode();
  await until(async () => (await admin.cameras.get({ params })).state === 'idle', 10_000);
  await admin.cameras.update({ params, body: { metadata: {} } });
  await until(() => server.paths.size === 0, 5_000);
  await until(async () => (await admin.cameras.get({ params })).state === 'offline', 10_000);
  await admin.cameras.update({ params, body: { metadata: { mediamtx: true } } });
  await until(() => server.paths.size === 1, 5_000);
  await admin.cameras.remove({ params });
  await until(() => server.paths.size === 0, 5_000);
}, 60_000);
