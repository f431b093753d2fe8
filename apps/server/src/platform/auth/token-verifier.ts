import { hash } from 'node:crypto';
import { AccessClaims } from '@marsad/contract';
import { type CryptoKey, createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify, type KeyObject } from 'jose';
import { AppError } from '../app-error.ts';
import { type Identity, identityOf } from './identity.ts';

/** Somebody whose tokens are believed: by a key at hand, or by the key set at an address. */
export type TrustedIssuer = { readonly issuer: string } & (
  | { readonly key: CryptoKey | KeyObject }
  | { readonly jwksUrl: URL }
);

/** Seconds a clock may be behind. */
const tolerance = 5;
/** Milliseconds for which a token that was good is not checked again: a key that is withdrawn counts for no longer. */
const trustMs = 30_000;
const mostTrusted = 5_000;

/**
 * Checks access tokens: RS256 and nothing else (RFC 8725, section 3.1), a known issuer, its own key, an expiry.
 */
export class TokenVerifier {
  readonly #keys = new Map<string, CryptoKey | KeyObject | JWTVerifyGetKey>();
  readonly #now: () => number;
  /** By the token's hash, the oldest first. */
  readonly #trusted = new Map<string, { identity: Identity; until: number }>();

  /** @param now wall clock, in milliseconds */
  constructor(issuers: readonly TrustedIssuer[], now: () => number = Date.now) {
    this.#now = now;
    for (const trusted of issuers) {
      this.#keys.set(
        trusted.issuer,
        'key' in trusted ? trusted.key : createRemoteJWKSet(trusted.jwksUrl, { timeoutDuration: 3_000 }),
      );
    }
  }

  /**
   * @throws AppError `UNAUTHENTICATED` for every token that is not good, without saying why;
   *   `SERVICE_UNAVAILABLE` when the issuer's keys cannot be fetched
   */
  async verify(token: string): Promise<Identity> {
    const digest = hash('sha256', token, 'base64');
    const known = this.#trusted.get(digest);
    if (known !== undefined && known.until > this.#now()) return known.identity;
    this.#trusted.delete(digest);
    const identity = await this.#verify(token);
    const [oldest] = this.#trusted.keys();
    if (oldest !== undefined && this.#trusted.size >= mostTrusted) this.#trusted.delete(oldest);
    const until = Math.min(this.#now() + trustMs, identity.expiresAt);
    this.#trusted.set(digest, { identity, until });
    return identity;
  }

  async #verify(token: string): Promise<Identity> {
    try {
      const key = this.#keys.get(issuerOf(token));
      if (key === undefined) throw new AppError('UNAUTHENTICATED');
      const options = {
        algorithms: ['RS256'],
        requiredClaims: ['iss', 'sub', 'exp', 'iat'],
        clockTolerance: tolerance,
        currentDate: new Date(this.#now()),
      };
      const { payload } =
        typeof key === 'function' ? await jwtVerify(token, key, options) : await jwtVerify(token, key, options);
      return identityOf(AccessClaims.parse(payload));
    } catch (error) {
      if (error instanceof AppError) throw error;
      if (error instanceof errors.JWKSTimeout || (error instanceof TypeError && error.message === 'fetch failed')) {
        throw new AppError('SERVICE_UNAVAILABLE', { part: 'iam' }, error);
      }
      throw new AppError('UNAUTHENTICATED', {}, error);
    }
  }
}

/** Which issuer a token claims; only used to choose the key that has to prove it. */
function issuerOf(token: string): string {
  const payload = token.split('.')[1] ?? '';
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    if (typeof claims === 'object' && claims !== null && 'iss' in claims) return String(claims.iss);
  } catch {
    // Not a token at all: no issuer has an empty name.
  }
  return '';
}
