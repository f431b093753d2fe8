import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineRoute } from '@marsad/contract';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AppError } from '../app-error.ts';
import { TokenVerifier } from '../auth/token-verifier.ts';
import { HttpMetrics } from '../metrics/http-metrics.ts';
import { serveDashboard } from './dashboard.ts';
import { serveDocs } from './docs.ts';
import { route } from './route.ts';
import { createHttpServer, type HttpServer } from './server.ts';

const lines: string[] = [];
const registry = new Registry();
const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const folder = mkdtempSync(join(tmpdir(), 'marsad-dashboard-'));
let app: HttpServer;

const build = (corsOrigins: string[] | '*' = ['https://wall.example']) =>
  createHttpServer({
    log: pino({ level: 'debug' }, { write: (line) => lines.push(line) }),
    verifier: new TokenVerifier([{ issuer: 'marsad', key: publicKey }]),
    metrics: new HttpMetrics(corsOrigins === '*' ? new Registry() : registry),
    tls: null,
    corsOrigins,
    trustedProxies: ['10.0.0.0/8'],
    connectSources: () => ['ws://*:7880'],
  });
const define = <T extends z.ZodType>(path: string, body: T) =>
  defineRoute({
    method: 'POST',
    path,
    access: 'public',
    summary: 'x',
    tags: [],
    body,
    responses: { 200: z.object({ ok: z.boolean() }) },
  });
const get = (path: string) =>
  defineRoute({
    method: 'GET',
    path,
    access: 'public',
    summary: 'x',
    tags: [],
    responses: { 200: z.object({ ok: z.boolean() }) },
  });

beforeAll(async () => {
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Marsad</title>');
  writeFileSync(join(folder, 'assets/app-1a2b.js'), 'x'.repeat(5000));
  writeFileSync(join(folder, 'icon.svg'), '<svg/>');
  app = await build();
  await serveDocs(app, { version: '1.2.3' });
  const body = z.object({ text: z.string().max(10), list: z.array(z.unknown()).optional() });
  route(app, define('/echo', body), async () => ({ ok: true }));
  route(app, get('/broken'), async () => {
    throw new Error('password=hunter2 in the innards');
  });
  route(app, get('/lying'), async () => ({ ok: 'no' }) as never);
  route(app, get('/away'), async () => {
    throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  });
  route(app, get('/slow-down'), async () => {
    throw new AppError('RATE_LIMIT_EXCEEDED', { retry_after: 7 });
  });
  await serveDashboard(app, folder);
  await app.ready();
});
afterAll(async () => {
  await app?.close();
  rmSync(folder, { recursive: true, force: true });
});

const post = (payload: string, type = 'application/json') =>
  app.inject({ method: 'POST', url: '/echo', payload, headers: { 'content-type': type } });
const errorOf = (answer: { json(): { error: Record<string, string> } }) => answer.json().error;

describe('a request id', () => {
  it('is taken over when it is harmless, made up otherwise, and on every answer', async () => {
    const given = await app.inject({ url: '/docs', headers: { 'x-request-id': 'abc-123' } });
    expect(given.headers['x-request-id']).toBe('abc-123');
    for (const forged of ['a b', 'x'.repeat(200), '<script>']) {
      const { headers } = await app.inject({ url: '/nowhere', headers: { 'x-request-id': forged } });
      expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    }
  });
});

describe('bad input', () => {
  it.each([
    ['broken JSON', '{"text": ', 400, 'VALIDATION_FAILED'],
    ['no body', '', 400, 'VALIDATION_FAILED'],
    ['another type', '[]', 400, 'VALIDATION_FAILED'],
    ['a wrong field', '{"text": 5}', 400, 'VALIDATION_FAILED'],
    ['a long field', `{"text": "${'x'.repeat(11)}"}`, 400, 'VALIDATION_FAILED'],
    ['a poisoned prototype', '{"text": "a", "__proto__": {"x": 1}}', 400, 'VALIDATION_FAILED'],
    ['a NUL', '{"text": "a\\u0000"}', 400, 'VALIDATION_FAILED'],
    ['depth', `{"text": "a", "list": ${'['.repeat(500)}${']'.repeat(500)}}`, 400, 'VALIDATION_FAILED'],
    ['ten megabytes and one', `{"text": "${'x'.repeat(10 * 1024 * 1024)}"}`, 413, 'PAYLOAD_TOO_LARGE'],
  ])('%s', async (_what, payload, status, code) => {
    const answer = await post(payload);
    expect(answer.statusCode).toBe(status);
    expect(errorOf(answer).code).toBe(code);
    expect(errorOf(answer).message_ar).toMatch(/\p{Script=Arabic}/u);
    expect(errorOf(answer).message_ar).not.toMatch(/detail/);
  });

  it('names the field and the reason in both languages', async () => {
    expect(errorOf(await post('{"text": "xxxxxxxxxxxxxxxx"}'))).toMatchObject({
      field: 'text',
      message_en: 'The request is not valid: text: Too big: expected string to have <=10 characters',
      message_ar: expect.stringContaining('text'),
    });
  });

  it('takes nothing but JSON', async () => {
    expect((await post('text=a', 'application/x-www-form-urlencoded')).statusCode).toBe(415);
    expect((await post('{"text": "كاميرا"}')).json()).toEqual({ ok: true });
  });

  it('survives addresses that are none', async () => {
    for (const url of [
      '/%',
      '/%c0%ae',
      '/echo/%2e%2e/%2e%2e/etc/passwd',
      '/..%2f..%2fetc/passwd',
      '/assets/..%2f..%2fpackage.json',
      `/${'x'.repeat(9000)}`,
    ]) {
      const { statusCode, body, headers } = await app.inject(url);
      expect([400, 404]).toContain(statusCode);
      expect(body).toContain('message_ar');
      expect(headers['x-request-id']).toBeTruthy();
      expect(body).not.toContain('root:');
    }
  });
});

describe('errors', () => {
  it('say nothing of the innards, and are in the log with the request id', async () => {
    const answer = await app.inject({ url: '/broken', headers: { 'x-request-id': 'find-me' } });
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('hunter2');
    expect(lines.some((line) => line.includes('find-me') && line.includes('innards'))).toBe(true);
    expect((await app.inject('/lying')).statusCode).toBe(500);
  });

  it('have the status and headers they should', async () => {
    const away = await app.inject('/away');
    expect([away.statusCode, errorOf(away).part]).toEqual([503, 'database']);
    const slow = await app.inject('/slow-down');
    expect([slow.statusCode, slow.headers['retry-after']]).toEqual([429, '7']);
    const nowhere = await app.inject('/api/v1/nowhere');
    expect([nowhere.statusCode, errorOf(nowhere).code]).toEqual([404, 'NOT_FOUND']);
  });
});

describe('headers', () => {
  it('let a page run no inline script and connect only to itself and the edges', async () => {
    const { headers } = await app.inject({ url: '/', headers: { accept: 'text/html' } });
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("connect-src 'self' ws://*:7880;");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
    });
    expect((await app.inject('/nowhere')).headers['content-security-policy']).toBe(
      "default-src 'none'; frame-ancestors 'none'",
    );
  });

  it('open the API only to listed origins', async () => {
    const ask = async (server: HttpServer, origin: string) =>
      (
        await server.inject({
          method: 'OPTIONS',
          url: '/echo',
          headers: { origin, 'access-control-request-method': 'POST' },
        })
      ).headers;
    expect(await ask(app, 'https://wall.example')).toMatchObject({
      'access-control-allow-origin': 'https://wall.example',
      'access-control-allow-credentials': 'true',
    });
    expect(await ask(app, 'https://evil.example')).not.toHaveProperty('access-control-allow-origin');
    const open = await build('*');
    const headers = await ask(open, 'https://any.example');
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
    await open.close();
  });
});

describe('the dashboard', () => {
  it('serves files, keeps hashed ones for ever, and answers its page for its own addresses', async () => {
    const asset = await app.inject({ url: '/assets/app-1a2b.js', headers: { 'accept-encoding': 'br' } });
    expect(asset.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-encoding': 'br',
    });
    expect((await app.inject('/icon.svg')).headers['cache-control']).toBe('no-cache');
    for (const url of ['/', '/wall', '/cameras/1']) {
      const page = await app.inject({ url, headers: { accept: 'text/html,*/*' } });
      expect([page.statusCode, page.headers['cache-control']]).toEqual([200, 'no-cache']);
      expect(page.body).toContain('<title>Marsad</title>');
    }
    for (const url of ['/assets/old-0000.js', '/api/v1/nothing']) {
      expect((await app.inject({ url, headers: { accept: 'text/html,*/*' } })).statusCode).toBe(404);
    }
  });

  it('says so when it has not been built', async () => {
    const bare = await build('*');
    await serveDashboard(bare, join(folder, 'nowhere'));
    const page = await bare.inject({ url: '/', headers: { accept: 'text/html' } });
    expect([page.statusCode, page.body]).toEqual([503, expect.stringContaining('has not been built')]);
    await bare.close();
  });
});

describe('documentation', () => {
  it('has the viewer, its bundle and the document, all from here', async () => {
    const page = await app.inject('/docs');
    expect(page.body).not.toMatch(/https?:\/\//);
    expect(page.body).not.toMatch(/<script>[^<]/);
    expect((await app.inject('/docs/reference/js/scalar.js')).body.length).toBeGreaterThan(100_000);
    const document = (await app.inject('/openapi.json')).json();
    expect(document).toMatchObject({ openapi: '3.1.0', info: { version: '1.2.3' } });
    expect(document.paths['/echo'].post.responses).toHaveProperty('400');
  });
});

describe('access', () => {
  it('has to be declared by every route, or the server does not start', async () => {
    const careless = await build('*');
    careless.get('/open', async () => 'hello');
    await expect(careless.ready()).rejects.toThrow('GET /open does not declare who may call it');
  });
});

describe('closing', () => {
  it('waits for an answer under way, and not for somebody who never finishes asking', async () => {
    const closing = await build('*');
    const answered = Promise.withResolvers<void>();
    route(closing, get('/slow'), async () => {
      await answered.promise;
      return { ok: true };
    });
    const address = await closing.listen({ host: '127.0.0.1', port: 0 });
    const socket = connect(Number(new URL(address).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.write('GET /slow HTTP/1.1\r\nhost: x\r\n');
    const asked = fetch(`${address}/slow`);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const began = performance.now();
    const closed = closing.close();
    setTimeout(answered.resolve, 500);
    expect((await asked).status).toBe(200);
    await closed;
    expect(performance.now() - began).toBeLessThan(5_000);
    socket.destroy();
  });
});

describe('metrics', () => {
  it('count by route and not by address', async () => {
    await app.inject('/cameras/12345');
    const text = await registry.metrics();
    expect(text).toContain('cctv_api_requests_total{method="POST",endpoint="/echo",status="413"} 1');
    expect(text).not.toContain('12345');
    expect(text).toContain('cctv_api_request_duration_seconds_bucket');
  });
});
