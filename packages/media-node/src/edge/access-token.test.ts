import { SignJWT, UnsecuredJWT } from 'jose';
import { expect, test } from 'vitest';
import { AccessTokens, tokenOf } from './access-token.ts';

const SECRET = 'a-secret-that-is-long-enough-for-hs512-signatures-too-as-it-has-64-bytes';
const tokens = new AccessTokens({ apiKey: 'key', apiSecret: SECRET });
const video = { room: 'r', roomJoin: true };

function signed(change: (jwt: SignJWT) => SignJWT, alg = 'HS256', secret = SECRET): Promise<string> {
  const jwt = new SignJWT({ video, name: 'Ada' }).setProtectedHeader({ alg }).setIssuer('key').setSubject('ada');
  return change(jwt.setExpirationTime('5m')).sign(new TextEncoder().encode(secret));
}

test('a good token gives its grant, and is renewed with the same', async () => {
  const grant = await tokens.verify(await signed((jwt) => jwt));
  expect(grant).toMatchObject({ identity: 'ada', name: 'Ada', video });
  if (!grant) return;
  expect(await tokens.verify(await tokens.renew(grant))).toEqual(grant);
});

test('clocks may differ by a minute, not more', async () => {
  const seconds = Math.floor(Date.now() / 1000);
  expect(await tokens.verify(await signed((jwt) => jwt.setExpirationTime(seconds - 50)))).not.toBeNull();
  expect(await tokens.verify(await signed((jwt) => jwt.setExpirationTime(seconds - 70)))).toBeNull();
  expect(await tokens.verify(await signed((jwt) => jwt.setNotBefore(seconds + 50)))).not.toBeNull();
  expect(await tokens.verify(await signed((jwt) => jwt.setNotBefore(seconds + 70)))).toBeNull();
});

test('forged, foreign and malformed tokens are refused', async () => {
  const unsigned = new UnsecuredJWT({ video }).setIssuer('key').setSubject('ada').setExpirationTime('5m').encode();
  const eternal = await new SignJWT({ video })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('key')
    .sign(new TextEncoder().encode(SECRET));
  const refused = [
    unsigned,
    eternal,
    await signed((jwt) => jwt, 'HS512'),
    await signed((jwt) => jwt, 'HS256', 'another-secret-that-is-long-enough-for-hs256'),
    await signed((jwt) => jwt.setIssuer('other')),
    '',
    'a.b.c',
    'x'.repeat(100_000),
  ];
  for (const token of refused) expect(await tokens.verify(token)).toBeNull();
});

test('the header wins over the query', () => {
  const query = new URLSearchParams({ access_token: 'q' });
  expect(tokenOf('Bearer h', query)).toBe('h');
  expect(tokenOf('bearer h', query)).toBe('h');
  expect(tokenOf(undefined, query)).toBe('q');
  expect(tokenOf('Basic abc', new URLSearchParams())).toBeNull();
});
