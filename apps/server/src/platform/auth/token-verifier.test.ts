import { createHmac, generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TokenVerifier } from './token-verifier.ts';

const ours = generateKeyPairSync('rsa', { modulusLength: 2048 });
const theirs = generateKeyPairSync('rsa', { modulusLength: 2048 });
const now = Date.UTC(2026, 0, 1);
const seconds = now / 1000;
const claims = {
  permissions: ['camera:METRO:view'],
  agency: 'METRO',
  login_id: 'ahmed.ali',
  display_name: 'Ahmed Ali',
};

const sign = (change: (token: SignJWT) => SignJWT = (token) => token, key = ours.privateKey, body: object = claims) =>
  change(
    new SignJWT({ ...body })
      .setProtectedHeader({ alg: 'RS256', kid: 'k' })
      .setIssuer('marsad')
      .setSubject('u1')
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + 600),
  ).sign(key);
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const body = { iss: 'marsad', sub: 'u1', iat: seconds, exp: seconds + 600, permissions: ['admin:*'] };

let jwks: Server;
let verifier: TokenVerifier;
beforeAll(async () => {
  jwks = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({ keys: [{ ...theirs.publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'RS256', use: 'sig' }] }),
    );
  });
  await new Promise<void>((resolve) => jwks.listen(0, '127.0.0.1', resolve));
  const { port } = jwks.address() as AddressInfo;
  verifier = new TokenVerifier(
    [
      { issuer: 'marsad', key: ours.publicKey },
      { issuer: 'rta-iam', jwksUrl: new URL(`http://127.0.0.1:${port}/keys`) },
      { issuer: 'gone', jwksUrl: new URL('http://127.0.0.1:9/keys') },
    ],
    () => now,
  );
});
afterAll(() => new Promise((resolve) => jwks.close(resolve)));

describe('TokenVerifier', () => {
  it('reads who it is', async () => {
    expect(await verifier.verify(await sign())).toMatchObject({
      id: 'u1',
      login: 'ahmed.ali',
      displayName: 'Ahmed Ali',
      agency: 'METRO',
      isAdmin: false,
    });
  });

  it('believes another issuer by its own key set, and only by that', async () => {
    const foreign = (token: SignJWT) => token.setIssuer('rta-iam');
    expect(await verifier.verify(await sign(foreign, theirs.privateKey))).toMatchObject({ id: 'u1' });
    await expect(verifier.verify(await sign(foreign, ours.privateKey))).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });

  it('says that a key set cannot be had', async () => {
    const token = await sign((t) => t.setIssuer('gone'));
    await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });

  const pem = ours.publicKey.export({ type: 'spki', format: 'pem' });
  const hs256 = (key: string | Buffer) => {
    const text = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(body)}`;
    return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
  };
  it.each<[string, () => string | Promise<string>]>([
    ['no token', () => ''],
    ['not a token', () => 'a.b.c'],
    ['alg none', () => `${encode({ alg: 'none' })}.${encode(body)}.`],
    [
      'alg None with a signature',
      async () => `${encode({ alg: 'None' })}.${encode(body)}.${(await sign()).split('.')[2]}`,
    ],
    ['HS256 with the public key as secret', () => hs256(pem)],
    ['HS256 with the public key in DER', () => hs256(ours.publicKey.export({ type: 'spki', format: 'der' }))],
    ['another key', () => sign(undefined, theirs.privateKey)],
    ['an unknown issuer', () => sign((t) => t.setIssuer('evil'))],
    ['an issuer named like a property', () => sign((t) => t.setIssuer('__proto__'))],
    ['expired', () => sign((t) => t.setExpirationTime(seconds - 60))],
    ['not yet valid', () => sign((t) => t.setNotBefore(seconds + 600))],
    [
      'no expiry',
      () =>
        new SignJWT(claims)
          .setProtectedHeader({ alg: 'RS256' })
          .setIssuer('marsad')
          .setSubject('u1')
          .setIssuedAt(seconds)
          .sign(ours.privateKey),
    ],
    [
      'no subject',
      () =>
        sign(undefined, ours.privateKey, {}).then(() =>
          new SignJWT(claims)
            .setProtectedHeader({ alg: 'RS256' })
            .setIssuer('marsad')
            .setIssuedAt(seconds)
            .setExpirationTime(seconds + 60)
            .sign(ours.privateKey),
        ),
    ],
    ['permissions that are no list', () => sign(undefined, ours.privateKey, { permissions: 'admin:*' })],
    [
      'another payload under a good signature',
      async () => {
        const [header, , signature] = (await sign()).split('.');
        return `${header}.${encode(body)}.${signature}`;
      },
    ],
    ['a cut signature', async () => (await sign()).slice(0, -4)],
    [
      'a key in the header',
      async () => {
        const jwk = theirs.publicKey.export({ format: 'jwk' });
        return new SignJWT(claims)
          .setProtectedHeader({ alg: 'RS256', jwk })
          .setIssuer('marsad')
          .setSubject('u1')
          .setIssuedAt(seconds)
          .setExpirationTime(seconds + 60)
          .sign(theirs.privateKey);
      },
    ],
  ])('refuses %s', async (_what, token) => {
    await expect(verifier.verify(await token())).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('does not check again what was good a moment ago, and no longer than it lives', async () => {
    let at = now;
    const remembering = new TokenVerifier([{ issuer: 'marsad', key: ours.publicKey }], () => at);
    const token = await sign((one) => one.setExpirationTime(seconds + 20));
    const first = await remembering.verify(token);
    expect(await remembering.verify(token)).toBe(first);
    expect(await remembering.verify(await sign())).not.toBe(first);
    await expect(remembering.verify(`${token.slice(0, -8)}AAAAAAAA`)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    at += 19_000;
    expect(await remembering.verify(token)).toBe(first);
    at += 7_000;
    await expect(remembering.verify(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    const long = await sign();
    const once = await remembering.verify(long);
    at += 31_000;
    expect(await remembering.verify(long)).not.toBe(once);
  });
});
