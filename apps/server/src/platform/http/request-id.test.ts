import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fastify } from 'fastify';
import { AccessToken } from 'livekit-server-sdk';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { edgeRooms } from '../../modules/live/edge-rooms.ts';
import { livekitCredentials, loadSecrets } from '../../secrets.ts';
import { type TestApi, testApi } from '../../testing/test-api.ts';
import { createLog } from '../log/log.ts';
import { carryRequestId, requestId } from './request-context.ts';

let t: TestApi;
let edge: Server;
const heard: (string | undefined)[] = [];

beforeAll(async () => {
  edge = createServer((request, response) => {
    heard.push(request.headers['x-request-id'] as string | undefined);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"rooms":[]}');
  });
  await new Promise<void>((resolve) => edge.listen(0, '127.0.0.1', resolve));
  t = await testApi();
}, 60_000);
afterAll(async () => {
  await t?.close();
  edge?.close();
});

describe('a request’s id', () => {
  it('goes with every command to an edge, and to none that nobody asked for', async () => {
    const address = `http://127.0.0.1:${(edge.address() as AddressInfo).port}`;
    const rooms = edgeRooms(address, 'key', 'a secret of at least thirty-two characters', null);
    const app = fastify({ genReqId: () => 'abc-123' });
    carryRequestId(app);
    app.get('/', async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      await rooms.listRooms();
      return requestId();
    });
    expect((await app.inject('/')).body).toBe('abc-123');
    await rooms.listRooms();
    expect(heard).toEqual(['abc-123', undefined]);
    await app.close();
  });
});

describe('a media node', () => {
  it('writes down in whose request it does something', async () => {
    const lines: Record<string, unknown>[] = [];
    const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
    await t.mediaNode('node-1', createLog({ level: 'debug', role: 'media-node', destination }));
    await vi.waitUntil(() => t.api.mediaPlane.ready, { timeout: 8_000 });
    const said = (message: string) => lines.filter(({ msg }) => msg === message);
    const client = t.client(await t.admin());
    // What is told a node that was just found is nobody's request.
    expect(said('cameras assigned').filter(({ request_id }) => request_id !== undefined)).toEqual([]);

    const camera = { name: 'Gate', source: 'BUS', rtsp_url: 'rtsp://127.0.0.1:1/x', mode: 'always' } as const;
    const { id } = await client.cameras.create({ body: camera, requestId: 'adding.1' });
    await vi.waitUntil(() => said('cameras assigned').some(({ request_id }) => request_id === 'adding.1'));
    expect(said('cameras assigned').at(-1)).toMatchObject({ added: 1, removed: 0, request_id: 'adding.1' });
    expect(said('RPC call').map(({ method, request_id }) => [method, request_id])).toContainEqual([
      'ingest.assign',
      'adding.1',
    ]);

    await client.cameras.remove({ params: { id }, requestId: 'removing.1' });
    await vi.waitUntil(() => said('cameras assigned').some(({ removed }) => removed === 1));
    expect(said('cameras assigned').at(-1)).toMatchObject({ request_id: 'removing.1' });
  });

  it('and an edge does when it is commanded', async () => {
    const lines: Record<string, unknown>[] = [];
    const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
    await t.mediaNode('node-2', createLog({ level: 'debug', role: 'media-node', destination }));
    const secrets = loadSecrets(t.config.secretsDir);
    const { apiKey, apiSecret } = livekitCredentials(t.config, secrets);
    await vi.waitUntil(() => t.api.mediaPlane.edges().some(({ id }) => id === 'node-2'), { timeout: 8_000 });
    const port = t.api.mediaPlane.edges().find(({ id }) => id === 'node-2')?.lease.public_port;
    const body = JSON.stringify({ name: 'somewhere' });
    const token = new AccessToken(apiKey, apiSecret, { ttl: 60 });
    token.addGrant({ roomCreate: true });
    const command = async (headers: Record<string, string>) =>
      fetch(`http://127.0.0.1:${port}/twirp/livekit.RoomService/CreateRoom`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${await token.toJwt()}`, ...headers },
        body,
      });
    expect((await command({ 'x-request-id': 'making.1' })).status).toBe(200);
    expect((await command({ 'x-request-id': 'line breaks and "quotes" are no id' })).status).toBe(200);
    expect(lines.filter(({ msg }) => msg === 'room command').map(({ request_id }) => request_id)).toEqual([
      'making.1',
      undefined,
    ]);
  });
});

describe('what every answer carries', () => {
  it('is the id, and headers that let no page embed, sniff or run what is not ours', async () => {
    const answer = await t.api.server.inject({ url: '/health', headers: { 'x-request-id': 'mine.1' } });
    expect(answer.headers).toMatchObject({
      'x-request-id': 'mine.1',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    });
    const foreign = await t.api.server.inject({ url: '/health', headers: { origin: 'https://elsewhere.example' } });
    expect(foreign.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('is refused with its limit when the request is too large', async () => {
    const answer = await t.api.server.inject({
      method: 'POST',
      url: '/api/v1/auth/login',
      headers: { 'content-type': 'application/json' },
      payload: JSON.stringify({ login: 'x'.repeat(1_100_000), password: 'x' }),
    });
    expect(answer.statusCode).toBe(413);
    expect(answer.json().error).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', limit: 1_048_576 });
  });

  it('is described whole: every operation of quota and events is in the document', async () => {
    const { paths } = (await t.api.server.inject('/openapi.json')).json() as { paths: Record<string, object> };
    for (const path of [
      '/api/v1/admin/limits',
      '/api/v1/admin/reservations',
      '/api/v1/admin/reservations/{id}',
      '/api/v1/stream/reserve',
      '/webhook/livekit',
      '/ws/stream/stats',
    ]) {
      expect(Object.keys(paths)).toContain(path);
    }
  });
});
