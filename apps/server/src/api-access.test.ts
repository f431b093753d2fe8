import { createPrivateKey, randomUUID } from 'node:crypto';
import { type Route, routes } from '@marsad/contract';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSecrets } from './secrets.ts';
import { type TestApi, testApi } from './testing/test-api.ts';

let t: TestApi;
let operator: string;
let camera: string;
beforeAll(async () => {
  t = await testApi();
  operator = (await t.user('BUS', ['camera:BUS:*'])).token;
  const admin = t.client(await t.admin());
  camera = (
    await admin.cameras.create({ body: { name: 'Secret', source: 'DUBAI_POLICE', rtsp_url: 'rtsp://127.0.0.1:9/' } })
  ).id;
}, 60_000);
afterAll(() => t?.close());

const all: [string, Route][] = Object.values(routes)
  .flatMap((group) => Object.values(group) as Route[])
  .map((route) => [`${route.method} ${route.path}`, route]);

const bodies: Record<string, object> = {
  'POST /api/v1/stream/reserve': {},
  'POST /api/v1/cameras': { name: 'x', source: 'BUS', rtsp_url: 'rtsp://h/' },
  'POST /api/v1/cameras/{id}/ptz': { command: 'home' },
};
const call = (route: Route, token?: string, remoteAddress = '192.0.2.1', more: Record<string, string> = {}) =>
  t.api.server.inject({
    method: route.method,
    url: route.path.replace('{id}', camera),
    remoteAddress,
    headers: { ...more, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    ...(route.body
      ? {
          payload: {
            ...bodies[`${route.method} ${route.path}`],
            ...(route.path.endsWith('reserve') ? { camera_id: camera } : {}),
          },
        }
      : {}),
  });

describe('without signing in', () => {
  it.each(all)('%s', async (_name, route) => {
    const answer = await call(route);
    if (route.access === 'public' || route.access === 'session') expect(answer.statusCode).not.toBe(403);
    else {
      expect(answer.statusCode).toBe(401);
      expect(answer.json().error.code).toBe('UNAUTHENTICATED');
    }
    expect(answer.headers['x-request-id']).toBeTruthy();
  });
});

describe('as an operator of another agency', () => {
  it.each(all.filter(([, { access }]) => access !== 'public' && access !== 'session'))('%s', async (name, route) => {
    const answer = await call(route, operator);
    if (route.access === 'admin' || route.access === 'operations') {
      expect(answer.statusCode).toBe(403);
      expect(answer.json().error.code).toBe('FORBIDDEN');
      return;
    }
    // Of what another agency has, nothing comes back: neither its camera nor its name.
    expect(answer.body).not.toContain('Secret');
    if (name.includes('/ptz')) expect(answer.json().error.code).toBe('PTZ_FORBIDDEN');
    else if (name.includes('cameras/{id}') || name.endsWith('reserve'))
      expect(answer.json().error.code).toBe('SOURCE_FORBIDDEN');
    if (name.includes('stream/release') || name.includes('stream/heartbeat'))
      expect(answer.json().error.code).toBe('RESERVATION_NOT_FOUND');
  });
});

describe('with a forged token', () => {
  const claims = { permissions: ['admin:*'], agency: 'OTHER' };
  it.each([
    [
      'alg none',
      () => `${encode({ alg: 'none' })}.${encode({ ...claims, iss: 'marsad', sub: 'x', iat: 1, exp: 9e9 })}.`,
    ],
    [
      'signed with another key',
      async () =>
        new SignJWT(claims)
          .setProtectedHeader({ alg: 'HS256' })
          .setIssuer('marsad')
          .setSubject('x')
          .setIssuedAt()
          .setExpirationTime('1h')
          .sign(Buffer.from('a secret of thirty-two bytes....')),
    ],
    [
      'expired',
      async () => {
        const { issuer } = loadSecrets(t.config.secretsDir);
        return new SignJWT(claims)
          .setProtectedHeader({ alg: 'RS256' })
          .setIssuer('marsad')
          .setSubject(randomUUID())
          .setIssuedAt(1)
          .setExpirationTime(2)
          .sign(createPrivateKey(issuer.privateKeyPem));
      },
    ],
    [
      'tampered',
      () => operator.replace(/\.[^.]+\./, `.${encode({ ...claims, iss: 'marsad', sub: 'x', iat: 1, exp: 9e9 })}.`),
    ],
    ['huge', () => 'a'.repeat(9000)],
    ['not a token', () => '../../etc/passwd'],
  ])('%s', async (_what, token) => {
    for (const [, route] of all.filter(([, { access }]) => access === 'user' || access === 'admin')) {
      expect((await call(route, await token())).statusCode).toBe(401);
    }
  });

  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
});

describe('metrics', () => {
  it('are for administrators, and for this machine', async () => {
    const metrics = routes.system.metrics;
    expect((await call(metrics, undefined, '127.0.0.1')).statusCode).toBe(200);
    expect((await call(metrics, undefined, '::ffff:127.0.0.1')).statusCode).toBe(200);
    expect((await call(metrics, undefined, '10.0.0.1')).statusCode).toBe(401);
    for (const header of ['X-Forwarded-For', 'X-Real-IP', 'Forwarded', 'Via']) {
      // A proxy on this machine that nobody named.
      expect((await call(metrics, undefined, '127.0.0.1', { [header]: '127.0.0.1' })).statusCode, header).toBe(401);
    }
    expect((await call(metrics, await t.admin(), '10.0.0.1')).statusCode).toBe(200);
  });
});

describe('the system', () => {
  it('says how it is', async () => {
    const health = (await t.api.server.inject('/health')).json();
    expect(health).toMatchObject({
      status: 'ok',
      version: '0.1.0',
      parts: { database: 'ok', valkey: 'ok', media_nodes: 'unavailable' },
    });
    expect(health.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect((await t.api.server.inject('/ready')).statusCode).toBe(503);
    await t.mediaNode();
    await expect.poll(async () => (await t.api.server.inject('/ready')).statusCode, { timeout: 5_000 }).toBe(200);
    const { nodes } = await t.client(await t.admin()).system.nodes();
    expect(nodes).toMatchObject([{ id: 'node-1', roles: ['ingest', 'edge'], connected: true, cameras: 1 }]);
    const page = (await t.api.server.inject('/metrics')).body;
    for (const name of [
      'cctv_api_requests_total',
      'cctv_api_request_duration_seconds_bucket',
      'cctv_streams_active{source="BUS"} 0',
      'cctv_streams_limit{source="DUBAI_POLICE"} 50',
      'node="node-1"',
    ]) {
      expect(page).toContain(name);
    }
    const names = [...page.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('documents every operation', async () => {
    const { paths } = (await t.api.server.inject('/openapi.json')).json();
    for (const [, { method, path }] of all) expect(paths[path]).toHaveProperty(method.toLowerCase());
  });
});
