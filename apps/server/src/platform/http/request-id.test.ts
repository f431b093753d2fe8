import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fastify } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { edgeRooms } from '../../modules/live/edge-rooms.ts';
import { type TestApi, testApi } from '../../testing/test-api.ts';
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
