import { describe, expect, it } from 'vitest';
import { digestCovers, parseRtspAuthorization } from './authorization.ts';
import { RtspAuthorizer } from './authorizer.ts';
import { formatRtspChallenges } from './challenge-offer.ts';
import { RtspHeaders } from './headers.ts';
import { RtspNonces } from './nonces.ts';

describe('nonces', () => {
  it('are known again until they are too old, for their purpose only', () => {
    let now = 1_000_000;
    const nonces = new RtspNonces({ lifetimeMs: 1000, now: () => now });
    const nonce = nonces.issue('a');
    expect(nonces.accepts(nonce, 'a')).toBe(true);
    expect(nonces.accepts(nonce, 'b')).toBe(false);
    expect(nonces.accepts(`${nonce}0`, 'a')).toBe(false);
    expect(new RtspNonces({ now: () => now }).accepts(nonce, 'a')).toBe(false);
    now += 1001;
    expect(nonces.accepts(nonce, 'a')).toBe(false);
    for (const odd of ['', '.', 'NaN.x', '0'.repeat(1000)]) expect(nonces.accepts(odd, 'a')).toBe(false);
  });
});

describe('authorization', () => {
  it('reads what clients write', () => {
    const basic = Buffer.from('ada:p:w').toString('base64');
    expect(parseRtspAuthorization(`Basic ${basic}`)).toEqual({ scheme: 'basic', username: 'ada', password: 'p:w' });
    expect(parseRtspAuthorization('bearer  abc.def ')).toEqual({ scheme: 'bearer', token: 'abc.def' });
    for (const odd of [
      '',
      'Basic',
      'Basic !!',
      'Bearer ',
      'Negotiate abc',
      `Basic ${Buffer.from('x').toString('base64')}`,
    ])
      expect(parseRtspAuthorization(odd)).toBeNull();
  });

  it('reads the digest that our own client answers to our own challenges, without qop', () => {
    const client = new RtspAuthorizer({ username: 'a"da', password: 'pw' });
    const offer = { realm: 'm', nonce: 'n1', schemes: ['SHA-256', 'MD5', 'Basic'], stale: true } as const;
    expect(client.challenged(new RtspHeaders({ 'WWW-Authenticate': formatRtspChallenges(offer) }))).toBe(true);
    expect(parseRtspAuthorization(client.authorization('DESCRIBE', 'rtsp://h/x') ?? '')).toMatchObject({
      scheme: 'digest',
      username: 'a"da',
      realm: 'm',
      nonce: 'n1',
      uri: 'rtsp://h/x',
      algorithm: 'SHA-256',
      qop: null,
      response: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(formatRtspChallenges(offer)[1]).toBe('Digest realm="m", nonce="n1", stale=true');
  });

  it('covers what lies under the signed URL, on whatever host', () => {
    expect(digestCovers('rtsp://a/x/', 'rtsp://b:8554/x/trackID=0')).toBe(true);
    expect(digestCovers('rtsp://a/x', 'rtsp://a/x?profile=sub')).toBe(true);
    expect(digestCovers('rtsp://a/x', 'rtsp://a/xy')).toBe(false);
  });
});
