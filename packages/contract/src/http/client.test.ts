import { describe, expect, expectTypeOf, it } from 'vitest';
import { describeError } from '../errors.ts';
import type { Camera, CameraList } from './cameras.ts';
import { ApiError, createClient } from './client.ts';
import { routes } from './routes.ts';

interface Sent {
  url: string;
  init: RequestInit;
}

function clientWith(answer: () => Response | Promise<Response>, token: string | null = 'T') {
  const sent: Sent[] = [];
  const client = createClient({
    baseUrl: 'http://api',
    token: () => token,
    fetch: async (url, init = {}) => {
      sent.push({ url: String(url), init });
      return answer();
    },
  });
  return { client, sent };
}

const json = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  Response.json(body, { status, headers });

describe('the typed client', () => {
  it('puts parameters, query and body where they belong, and types what comes back', async () => {
    const { client, sent } = clientWith(() => json({ id: 'a/b' }));
    const camera = await client.cameras.get({ params: { id: 'a/b' }, requestId: 'r-1' });
    expectTypeOf(camera).toEqualTypeOf<Camera>();
    expect(sent[0]?.url).toBe('http://api/api/v1/cameras/a%2Fb');
    const headers = new Headers(sent[0]?.init.headers);
    expect(headers.get('authorization')).toBe('Bearer T');
    expect(headers.get('x-request-id')).toBe('r-1');

    const list = await client.cameras.list({ query: { source: 'METRO', limit: 5 } });
    expectTypeOf(list).toEqualTypeOf<CameraList>();
    expect(sent[1]?.url).toBe('http://api/api/v1/cameras?source=METRO&limit=5');
    await client.cameras.list();
    expect(sent[2]?.url).toBe('http://api/api/v1/cameras');

    await client.streams.reserve({ body: { camera_id: 'x' } }).catch(() => {});
    expect(sent[3]?.init).toMatchObject({ method: 'POST', body: '{"camera_id":"x"}' });
    // @ts-expect-error the id is missing
    await client.cameras.get({ params: {} });
    // @ts-expect-error there is no such agency
    await client.cameras.list({ query: { source: 'MOON' } });
  });

  it('sends no token to public routes', async () => {
    const { client, sent } = clientWith(() => json({}));
    await client.auth.login({ body: { login: 'a', password: 'b' } });
    expect(new Headers(sent[0]?.init.headers).has('authorization')).toBe(false);
  });

  it('answers undefined for 204', async () => {
    const { client } = clientWith(() => new Response(null, { status: 204 }));
    expect(await client.auth.logout()).toBeUndefined();
  });

  it('rejects with code, both sentences, facts and request id', async () => {
    const body = describeError('AGENCY_LIMIT_EXCEEDED', { source: 'BUS', current: 20, limit: 20 });
    const { client } = clientWith(() => json(body, 429, { 'x-request-id': 'r-9' }));
    const error = await client.streams.reserve({ body: { camera_id: 'x' } }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      code: 'AGENCY_LIMIT_EXCEEDED',
      status: 429,
      messageEn: 'Agency limit reached for BUS (20/20)',
      messageAr: 'تم بلوغ حد الجهة BUS (20/20)',
      facts: { source: 'BUS', current: 20, limit: 20 },
      requestId: 'r-9',
    });
  });

  it('makes sense of a proxy’s page and of no answer at all', async () => {
    const proxy = clientWith(() => new Response('<h1>Bad gateway</h1>', { status: 502 }));
    await expect(proxy.client.auth.me()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE', status: 502 });
    const nobody = clientWith(() => Promise.reject(new TypeError('fetch failed')));
    await expect(nobody.client.auth.me()).rejects.toMatchObject({ code: 'NETWORK', status: 0 });
    const aborted = clientWith(() => Promise.reject(new DOMException('stop', 'AbortError')));
    const signal = AbortSignal.abort();
    await expect(aborted.client.auth.me({ signal })).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('the route table', () => {
  const all = Object.values(routes).flatMap((group) => Object.values(group));

  it('names every operation once', () => {
    const seen = all.map(({ method, path }) => `${method} ${path}`);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it.each(all.map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s describes its parameters',
    (_name, route) => {
      const named = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(Object.keys('params' in route ? route.params.shape : {})).toEqual(named);
      expect(route.summary).not.toBe('');
    },
  );
});
