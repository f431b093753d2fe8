import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApi, testApi } from '../../testing/test-api.ts';

let t: TestApi;
beforeAll(async () => {
  t = await testApi({ environment: { MARSAD_RATE_LIMIT_USER: '5', MARSAD_RATE_LIMIT_ADDRESS: '40' } });
}, 60_000);
afterAll(() => t?.close());

const get = (url: string, token: string | null) =>
  t.api.server.inject({ url, headers: token === null ? {} : { authorization: `Bearer ${token}` } });

describe('rate limits', () => {
  it('tell how much is left, then refuse with the time to wait; others are not concerned', async () => {
    const [one, other] = [await t.user('BUS', ['camera:BUS:view']), await t.user('BUS', ['camera:BUS:view'])];
    for (let left = 4; left >= 0; left -= 1) {
      const answer = await get('/api/v1/auth/me', one.token);
      expect(answer.statusCode).toBe(200);
      expect(answer.headers).toMatchObject({ 'x-ratelimit-limit': '5', 'x-ratelimit-remaining': String(left) });
      expect(Number(answer.headers['x-ratelimit-reset'])).toBeGreaterThan(0);
    }
    const refused = await get('/api/v1/auth/me', one.token);
    expect(refused.statusCode).toBe(429);
    expect(refused.json().error).toMatchObject({ code: 'RATE_LIMIT_EXCEEDED', retry_after: expect.any(Number) });
    expect(refused.headers['retry-after']).toBe(String(refused.json().error.retry_after));
    expect(refused.headers['x-ratelimit-remaining']).toBe('0');
    expect((await get('/api/v1/auth/me', other.token)).statusCode).toBe(200);
  });

  it('are not got round by writing the address in another way', async () => {
    const { token } = await t.user('BUS', ['camera:BUS:view']);
    for (let left = 4; left >= 0; left -= 1) {
      const answer = await get(left % 2 === 0 ? '/%61pi/v1/auth/me' : '/api/v1/auth/me/', token);
      expect(answer.headers).toMatchObject({ 'x-ratelimit-remaining': String(left) });
    }
    expect((await get('/a%70i/v1/auth/me', token)).statusCode).toBe(429);
  });

  it('count an address whoever asks from it, and leave health and pages alone', async () => {
    const answers = [];
    for (let i = 0; i < 45; i += 1) answers.push((await get('/api/v1/cameras', 'nonsense')).statusCode);
    expect(answers[0]).toBe(401);
    expect(answers.at(-1)).toBe(429);
    expect((await get('/health', null)).statusCode).toBe(200);
    expect((await get('/metrics', null)).statusCode).toBe(200);
  });
});
