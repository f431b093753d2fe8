import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApi, testApi } from '../../testing/test-api.ts';

let t: TestApi;
let now = Date.now();
beforeAll(async () => {
  t = await testApi({ parts: { now: () => now } });
}, 60_000);
afterAll(() => t?.close());

const password = 'correct horse battery staple';
const post = (url: string, cookie?: string, payload?: object) =>
  t.api.server.inject({
    method: 'POST',
    url: `/api/v1/auth/${url}`,
    headers: cookie === undefined ? {} : { cookie: `marsad_refresh=${cookie}` },
    ...(payload ? { payload } : {}),
  });
const cookieOf = (answer: Awaited<ReturnType<typeof post>>) =>
  answer.cookies.find(({ name }) => name === 'marsad_refresh');
const session = async () => {
  const { login } = await t.user('METRO', ['camera:METRO:view', '!camera:BUS:view']);
  const answer = await post('login', undefined, { login, password });
  return { login, cookie: cookieOf(answer)?.value ?? '', token: answer.json().access_token as string, answer };
};

describe('signing in', () => {
  it('answers a token with the documented claims, and a cookie out of scripts’ reach', async () => {
    const { answer, token, login } = await session();
    expect(answer.json()).toMatchObject({
      token_type: 'Bearer',
      expires_in: 900,
      user: { login, agency: 'METRO', camera_sources: ['METRO'], is_admin: false },
    });
    expect(cookieOf(answer)).toMatchObject({
      httpOnly: true,
      sameSite: 'Strict',
      path: '/api/v1/auth',
      maxAge: 604_800,
    });
    expect(answer.headers['cache-control']).toBe('no-store');
    const keys = (await t.api.server.inject('/.well-known/jwks.json')).json() as JSONWebKeySet;
    expect(keys.keys[0]).not.toHaveProperty('d');
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(keys), { issuer: 'marsad' });
    expect(protectedHeader).toMatchObject({ alg: 'RS256' });
    expect(payload).toMatchObject({
      login_id: login,
      display_name: login,
      agency: 'METRO',
      permissions: ['camera:METRO:view', '!camera:BUS:view'],
      camera_sources: ['METRO'],
    });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(900);
  });

  it('does not say which of name and password was wrong, in words or in time', async () => {
    const { login } = await t.user('METRO', []);
    const timed = async (name: string) => {
      const start = performance.now();
      const answer = await post('login', undefined, { login: name, password: 'wrong' });
      expect(answer.statusCode).toBe(401);
      expect(answer.json().error.code).toBe('INVALID_CREDENTIALS');
      return performance.now() - start;
    };
    const known = Math.min(await timed(login), await timed(login), await timed(login));
    const unknown = Math.min(await timed('nobody'), await timed('nobody'), await timed('nobody'));
    // Both derive a key; without that the unknown name would be answered many times faster.
    expect(unknown).toBeGreaterThan(known / 3);
  });

  it('takes the name in any case and refuses who is disabled', async () => {
    const { login } = await t.user('METRO', []);
    expect((await post('login', undefined, { login: login.toUpperCase(), password })).statusCode).toBe(200);
    await t.query(`update users set status = 'DISABLED' where login = $1`, [login]);
    expect((await post('login', undefined, { login, password })).statusCode).toBe(401);
  });

  it('slows down guessing, for one name from one address', async () => {
    const { login } = await t.user('METRO', []);
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => post('login', undefined, { login, password: 'guess' })),
    );
    const statuses = answers.map((answer) => answer.statusCode).sort();
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(2);
    const refused = await post('login', undefined, { login, password });
    expect(refused.statusCode).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(800);
    expect(refused.json().error.retry_after).toBe(Number(refused.headers['retry-after']));
    await t.user('METRO', []);
  });

  it('writes down who signed in and who failed to', async () => {
    const { login } = await session();
    const rows = await t.query<{ details: object }>(
      `select details from audit_log join users on users.id::text = actor_id where event_type = 'login' and login = $1`,
      [login],
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(
      await t.query(`select from audit_log where event_type = 'login_failed' and details->>'login' = 'nobody'`),
    ).not.toHaveLength(0);
    await expect(t.query('delete from audit_log')).rejects.toThrow('append-only');
  });
});

describe('staying signed in', () => {
  it('changes the refresh token with every use', async () => {
    const { cookie } = await session();
    const first = await post('refresh', cookie);
    expect(first.statusCode).toBe(200);
    const next = cookieOf(first)?.value ?? '';
    expect(next).not.toBe(cookie);
    expect((await post('refresh', next)).statusCode).toBe(200);
  });

  it('ends the whole session when a used token comes back', async () => {
    const { cookie, login } = await session();
    const next = cookieOf(await post('refresh', cookie))?.value ?? '';
    now += 11_000;
    const reused = await post('refresh', cookie);
    expect(reused.statusCode).toBe(401);
    expect(reused.json().error.code).toBe('SESSION_ENDED');
    expect((await post('refresh', next)).statusCode).toBe(401);
    expect(
      await t.query(
        `select from audit_log join users on users.id::text = user_id where event_type = 'refresh_token_reused' and login = $1`,
        [login],
      ),
    ).toHaveLength(1);
  });

  it('lets two tabs that wake up together both stay', async () => {
    const { cookie } = await session();
    const answers = await Promise.all([post('refresh', cookie), post('refresh', cookie), post('refresh', cookie)]);
    expect(answers.map((answer) => answer.statusCode)).toEqual([200, 200, 200]);
    now += 60_000;
    for (const answer of answers) expect((await post('refresh', cookieOf(answer)?.value)).statusCode).toBe(200);
  });

  it('ends by itself when it is not used, and lives on when it is', async () => {
    const { cookie } = await session();
    now += 6 * 86_400_000;
    const next = cookieOf(await post('refresh', cookie))?.value ?? '';
    now += 6 * 86_400_000;
    const kept = cookieOf(await post('refresh', next))?.value ?? '';
    now += 8 * 86_400_000;
    expect((await post('refresh', kept)).statusCode).toBe(401);
  });

  it('ends with signing out, and for who is disabled', async () => {
    const { cookie } = await session();
    const out = await post('logout', cookie);
    expect(out.statusCode).toBe(204);
    expect(cookieOf(out)?.value).toBe('');
    expect((await post('refresh', cookie)).statusCode).toBe(401);
    expect((await post('logout', cookie)).statusCode).toBe(204);
    expect((await post('logout')).statusCode).toBe(204);

    const other = await session();
    await t.query(`update users set status = 'DISABLED' where login = $1`, [other.login]);
    expect((await post('refresh', other.cookie)).statusCode).toBe(401);
  });

  it.each(['', 'x', 'a'.repeat(5000), "' or 1=1 --", 'كعكة'])('refuses the token %j', async (cookie) => {
    expect((await post('refresh', encodeURIComponent(cookie))).statusCode).toBe(401);
  });

  it('keeps only hashes', async () => {
    const { cookie } = await session();
    const [row] = await t.query<{ all: string }>(
      `select string_agg(encode(hash, 'escape'), ' ') as all from refresh_tokens`,
    );
    expect(row?.all).not.toContain(cookie);
  });
});

describe('changing one’s password', () => {
  it('ends the other sessions, keeps this one, and takes the sign-in out of the first file', async () => {
    const file = join(t.config.dataDir, 'first-admin.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ login: 'admin', password: t.adminPassword });
    const mine = await post('login', undefined, { login: 'admin', password: t.adminPassword });
    const other = cookieOf(await post('login', undefined, { login: 'admin', password: t.adminPassword }))?.value;
    const client = t.client(mine.json().access_token);
    const next = 'une nouvelle phrase secrète';
    await expect(
      client.auth.changePassword({ body: { current_password: 'wrong', new_password: next } }),
    ).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
    await expect(
      client.auth.changePassword({ body: { current_password: t.adminPassword, new_password: 'short' } }),
    ).rejects.toMatchObject({ code: 'VALIDATION_FAILED', facts: { field: 'new_password' } });
    await client.auth.changePassword({ body: { current_password: t.adminPassword, new_password: next } });
    expect((await post('refresh', cookieOf(mine)?.value)).statusCode).toBe(200);
    expect((await post('refresh', other)).statusCode).toBe(401);
    expect(existsSync(file)).toBe(false);
    await t.signIn('admin', next);
  });
});

describe('a password for players', () => {
  it('is there from when it was made until it is removed or the login password changes', async () => {
    const { token } = await session();
    const { auth } = t.client(token);
    expect(await auth.playerPassword()).toEqual({ created_at: null });
    const first = await auth.makePlayerPassword();
    expect(first.password).toMatch(/^[A-Za-z0-9_-]{32}$/);
    expect((await auth.playerPassword()).created_at).toMatch(/Z$/);
    expect((await auth.makePlayerPassword()).password).not.toBe(first.password);
    await auth.removePlayerPassword();
    expect(await auth.playerPassword()).toEqual({ created_at: null });
    await auth.makePlayerPassword();
    const body = { current_password: password, new_password: 'another long enough one' };
    await auth.changePassword({ body });
    expect(await auth.playerPassword()).toEqual({ created_at: null });
  });
});
