import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RtspAuthVerifier } from './auth-verifier.ts';
import { RtspAuthorizer } from './authorizer.ts';
import { parseChallenges, strongestChallenge } from './challenge.ts';
import { digestResponse } from './digest.ts';
import { RtspHeaders } from './headers.ts';

const unauthorized = (challenges: string[]) => new RtspHeaders({ 'WWW-Authenticate': challenges });

describe('digest', () => {
  // The examples of RFC 7616 3.9.1.
  const example = {
    username: 'Mufasa',
    password: 'Circle of Life',
    realm: 'http-auth@example.org',
    method: 'GET',
    uri: '/dir/index.html',
    nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
    qop: 'auth',
    nc: '00000001',
    cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
  } as const;

  it('computes the responses of RFC 7616', () => {
    expect(digestResponse({ ...example, algorithm: 'MD5' })).toBe('8ca523f5e9506fed4657c9700eebdbec');
    expect(digestResponse({ ...example, algorithm: 'SHA-256' })).toBe(
      '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
    );
  });

  it('computes the form without qop (RFC 2069 2.4, corrected)', () => {
    const response = digestResponse({
      algorithm: 'MD5',
      username: 'Mufasa',
      password: 'CircleOfLife',
      realm: 'testrealm@host.com',
      method: 'GET',
      uri: '/dir/index.html',
      nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
      qop: null,
      nc: '',
      cnonce: '',
    });
    expect(response).toBe('1949323746fe6a43ef61f9606e7febea');
  });
});

describe('challenges', () => {
  it('are read from one field or from several', () => {
    const [basic, digest] = parseChallenges([
      'Basic realm="a, b", Digest realm="x\\"y", nonce=abc, qop="auth,auth-int"',
    ]);
    expect(basic?.parameters.get('realm')).toBe('a, b');
    expect(digest?.parameters.get('realm')).toBe('x"y');
    expect(digest?.parameters.get('nonce')).toBe('abc');
  });

  it('prefers SHA-256, then MD5, then Basic, and passes over what it does not speak', () => {
    const pick = (...values: string[]) => strongestChallenge(parseChallenges(values));
    const md5 = 'Digest realm="r", nonce="1"';
    const sha = 'Digest realm="r", nonce="2", algorithm=SHA-256, qop="auth"';
    expect(pick('Basic realm="r"', md5, sha)?.parameters.get('nonce')).toBe('2');
    expect(pick('Basic realm="r"', md5)?.scheme).toBe('digest');
    expect(pick('Digest realm="r", nonce="1", algorithm=SHA-512-256', 'Basic realm="r"')?.scheme).toBe('basic');
    expect(pick('Digest realm="r", nonce="1", qop="auth-int"', 'Negotiate')).toBeNull();
  });
});

describe('client and server', () => {
  it('agree for any credentials and every scheme', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 40 }),
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((s) => !s.includes(':')),
        fc.constantFrom('SHA-256' as const, 'MD5' as const, 'Basic' as const),
        (password, username, scheme) => {
          const server = new RtspAuthVerifier({ realm: 'cameras "east"', schemes: [scheme], now: () => 1_000_000 });
          const client = new RtspAuthorizer({ username, password });
          expect(client.challenged(unauthorized(server.challenges()))).toBe(true);
          for (const method of ['DESCRIBE', 'SETUP', 'PLAY']) {
            const value = client.authorization(method, 'rtsp://h/cam/1');
            const lookup = (name: string) => (name === username ? password : null);
            expect(server.verify(method, 'rtsp://h/cam/1', value, lookup)).toEqual({ ok: true, username });
            expect(server.verify(method, 'rtsp://h/cam/1', value, () => `${password}x`).ok).toBe(false);
            expect(server.verify(method, 'rtsp://h/cam/1', value, () => null).ok).toBe(false);
          }
        },
      ),
      { seed: 2, numRuns: 60 },
    );
  });

  it('renew a nonce that grew old, and tell that from a wrong password', () => {
    let now = 0;
    const server = new RtspAuthVerifier({ realm: 'r', nonceLifetimeMs: 1000, now: () => now });
    const client = new RtspAuthorizer({ username: 'u', password: 'p' });
    expect(client.authorization('OPTIONS', 'rtsp://h/')).toBeNull();
    expect(client.challenged(unauthorized(server.challenges()))).toBe(true);
    now = 5000;
    expect(server.verify('PLAY', 'rtsp://h/', client.authorization('PLAY', 'rtsp://h/'), () => 'p')).toEqual({
      ok: false,
      stale: true,
    });
    expect(client.challenged(unauthorized(server.challenges(true)))).toBe(true);
    expect(server.verify('PLAY', 'rtsp://h/', client.authorization('PLAY', 'rtsp://h/'), () => 'p').ok).toBe(true);
    client.accepted();
    // Cameras forget to say stale: after success a 401 is worth one more try, then no more.
    expect(client.challenged(unauthorized(server.challenges()))).toBe(true);
    client.authorization('PLAY', 'rtsp://h/');
    expect(client.challenged(unauthorized(server.challenges()))).toBe(false);
  });

  it('keeps the password to itself when only Basic is offered and not allowed', () => {
    const client = new RtspAuthorizer({ username: 'u', password: 'p', allowBasic: false });
    expect(client.challenged(unauthorized(['Basic realm="r"']))).toBe(false);
    expect(client.authorization('OPTIONS', '*')).toBeNull();
  });

  it('refuses another URI, a forged nonce, and a scheme not offered', () => {
    const server = new RtspAuthVerifier({ realm: 'r', schemes: ['MD5'], now: () => 0 });
    const client = new RtspAuthorizer({ username: 'u', password: 'p' });
    client.challenged(unauthorized(server.challenges()));
    const value = client.authorization('PLAY', 'rtsp://h/cam/1');
    expect(server.verify('PLAY', 'rtsp://h/cam/1/track1', value, () => 'p').ok).toBe(true);
    expect(server.verify('PLAY', 'rtsp://h/cam/12', value, () => 'p').ok).toBe(false);
    expect(server.verify('PAUSE', 'rtsp://h/cam/1', value, () => 'p').ok).toBe(false);
    const forged = new RtspAuthorizer({ username: 'u', password: 'p' });
    forged.challenged(unauthorized(['Digest realm="r", nonce="0.00000000000000000000000000000000"']));
    const answer = forged.authorization('PLAY', 'rtsp://h/cam/1');
    expect(server.verify('PLAY', 'rtsp://h/cam/1', answer, () => 'p')).toEqual({ ok: false, stale: true });
    const basic = `Basic ${Buffer.from('u:p').toString('base64')}`;
    expect(server.verify('PLAY', 'rtsp://h/cam/1', basic, () => 'p').ok).toBe(false);
    expect(server.verify('PLAY', 'rtsp://h/cam/1', null, () => 'p').ok).toBe(false);
  });
});
