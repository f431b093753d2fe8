import { hash } from 'node:crypto';
import type { Profile } from '@marsad/contract';
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';

/** Seconds by which clocks of token maker and edge may differ. */
const LEEWAY = 60;
const REFRESHED_FOR = '10m';
/** Milliseconds for which a token that was good is not checked again, and how many of those are remembered. */
const TRUSTED_MS = 30_000;
const MOST_TRUSTED = 2_000;

const VideoGrant = z.object({
  room: z.string().max(200).optional(),
  roomJoin: z.boolean().optional(),
  roomCreate: z.boolean().optional(),
  roomList: z.boolean().optional(),
  roomAdmin: z.boolean().optional(),
  ingressAdmin: z.boolean().optional(),
  canSubscribe: z.boolean().optional(),
  hidden: z.boolean().optional(),
});

const Claims = z.object({
  sub: z.string().max(200).optional(),
  jti: z.string().max(200).optional(),
  name: z.string().max(200).optional(),
  metadata: z.string().max(10_000).optional(),
  attributes: z.record(z.string(), z.string()).optional(),
  video: VideoGrant.optional(),
});

/** What a valid LiveKit token says. */
export interface AccessGrant {
  readonly identity: string;
  readonly name: string;
  readonly metadata: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly video: z.infer<typeof VideoGrant>;
}

/** Checks and renews LiveKit access tokens (JWT, HS256 and nothing else). */
export class AccessTokens {
  readonly #apiKey: string;
  readonly #secret: Uint8Array;
  /** By the token's hash, the oldest first: who commands rooms does so many times with one token. */
  readonly #trusted = new Map<string, { grant: AccessGrant; until: number }>();

  constructor(options: { apiKey: string; apiSecret: string }) {
    this.#apiKey = options.apiKey;
    this.#secret = new TextEncoder().encode(options.apiSecret);
  }

  /** The grant of `token`, or null when it is not ours, expired, not yet valid, or malformed. Never throws. */
  async verify(token: string): Promise<AccessGrant | null> {
    if (token.length > 16_384) return null;
    const digest = hash('sha256', token, 'base64');
    const known = this.#trusted.get(digest);
    if (known !== undefined && known.until > Date.now()) return known.grant;
    this.#trusted.delete(digest);
    const verified = await this.#verify(token);
    if (verified === null) return null;
    const [oldest] = this.#trusted.keys();
    if (oldest !== undefined && this.#trusted.size >= MOST_TRUSTED) this.#trusted.delete(oldest);
    this.#trusted.set(digest, {
      grant: verified.grant,
      until: Math.min(Date.now() + TRUSTED_MS, verified.expiresAt),
    });
    return verified.grant;
  }

  async #verify(token: string): Promise<{ grant: AccessGrant; expiresAt: number } | null> {
    try {
      const { payload } = await jwtVerify(token, this.#secret, {
        algorithms: ['HS256'],
        issuer: this.#apiKey,
        clockTolerance: LEEWAY,
        requiredClaims: ['exp'],
      });
      const claims = Claims.parse(payload);
      const grant = {
        identity: claims.sub ?? claims.jti ?? '',
        name: claims.name ?? '',
        metadata: claims.metadata ?? '',
        attributes: claims.attributes ?? {},
        video: claims.video ?? {},
      };
      return { grant, expiresAt: ((payload.exp ?? 0) + LEEWAY) * 1000 };
    } catch {
      return null;
    }
  }

  /** A token with the same grant and ten more minutes to live, for a viewer that has to reconnect. */
  async renew(grant: AccessGrant): Promise<string> {
    return new SignJWT({
      name: grant.name,
      metadata: grant.metadata,
      attributes: grant.attributes,
      video: grant.video,
    })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setIssuer(this.#apiKey)
      .setSubject(grant.identity)
      .setNotBefore('0s')
      .setExpirationTime(REFRESHED_FOR)
      .sign(this.#secret);
  }

  /** Authorization of a webhook: five minutes, bound to the body by its SHA-256 in base64. */
  async signBody(sha256: string): Promise<string> {
    return new SignJWT({ sha256 })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setIssuer(this.#apiKey)
      .setNotBefore('0s')
      .setExpirationTime('5m')
      .sign(this.#secret);
  }
}

/** The largest picture its holder is sent, whatever the size of his tile: who reserved a low quality gets the small one. */
export function largestFor({ attributes }: Pick<AccessGrant, 'attributes'>): Profile {
  return attributes.quality === 'low' ? 'sub' : 'main';
}

/** The token of a request: `Authorization: Bearer` wins over the query's `access_token`; null when there is none. */
export function tokenOf(authorization: string | undefined, query: URLSearchParams): string | null {
  const bearer = /^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1];
  return bearer ?? query.get('access_token');
}
