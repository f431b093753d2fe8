import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { digestCovers, parseRtspAuthorization } from './authorization.ts';
import { formatRtspChallenges, type RtspScheme } from './challenge-offer.ts';
import { digestResponse } from './digest.ts';
import { RtspNonces } from './nonces.ts';

export interface RtspAuthVerifierOptions {
  readonly realm: string;
  /** Schemes to offer, strongest first. Default `['SHA-256', 'MD5']`; MD5 is what most RTSP players know. */
  readonly schemes?: readonly RtspScheme[];
  /** How long a nonce is good, in milliseconds. Default 300,000. */
  readonly nonceLifetimeMs?: number;
  /** Wall or monotonic clock, in milliseconds. */
  readonly now?: () => number;
}

export type AuthVerdict =
  | { readonly ok: true; readonly username: string }
  /** `stale`: the password was right, only the nonce is too old; challenge again with `stale=true`. */
  | { readonly ok: false; readonly stale: boolean };

/** Server side of RTSP authentication: makes challenges and checks `Authorization` (RFC 7616, RFC 7617). */
export class RtspAuthVerifier {
  readonly #options: RtspAuthVerifierOptions;
  readonly #schemes: readonly RtspScheme[];
  readonly #secret = randomBytes(32);
  readonly #nonces: RtspNonces;

  constructor(options: RtspAuthVerifierOptions) {
    this.#options = options;
    this.#schemes = options.schemes ?? ['SHA-256', 'MD5'];
    this.#nonces = new RtspNonces({
      ...(options.nonceLifetimeMs === undefined ? {} : { lifetimeMs: options.nonceLifetimeMs }),
      ...(options.now === undefined ? {} : { now: options.now }),
    });
  }

  /** Values for `WWW-Authenticate` fields, one each. */
  challenges(stale = false): string[] {
    const { realm } = this.#options;
    // The form without qop (RFC 2069) is offered for MD5, since that is all that many RTSP players do.
    return formatRtspChallenges({
      realm,
      nonce: this.#nonces.issue(),
      schemes: this.#schemes,
      qopFor: ['SHA-256'],
      stale,
    });
  }

  /**
   * Checks one `Authorization` value. `password` answers a user's password, or null for an unknown user.
   * The digest's `uri` may be the request's or a parent of it: some clients always sign the presentation's URL.
   */
  verify(
    method: string,
    uri: string,
    authorization: string | null,
    password: (username: string) => string | null,
  ): AuthVerdict {
    const denied: AuthVerdict = { ok: false, stale: false };
    const given = authorization === null ? null : parseRtspAuthorization(authorization);
    if (given === null || given.scheme === 'bearer') return denied;
    const { username } = given;
    if (given.scheme === 'basic') {
      if (!this.#schemes.includes('Basic')) return denied;
      const expected = password(username);
      const same = this.#equal(given.password, expected ?? '');
      return same && expected !== null ? { ok: true, username } : denied;
    }
    const { algorithm, realm, nonce, nc, cnonce } = given;
    if ((algorithm !== 'MD5' && algorithm !== 'SHA-256') || !this.#schemes.includes(algorithm)) return denied;
    const qop = given.qop === 'auth' ? 'auth' : null;
    if (given.qop !== null && qop === null) return denied;
    if (realm !== this.#options.realm || !digestCovers(given.uri, uri)) return denied;
    const expected = password(username);
    const response = digestResponse({
      algorithm,
      username,
      password: expected ?? '',
      realm,
      method,
      uri: given.uri,
      nonce,
      qop,
      nc,
      cnonce,
    });
    if (!this.#equal(given.response, response) || expected === null) return denied;
    return this.#nonces.accepts(nonce) ? { ok: true, username } : { ok: false, stale: true };
  }

  #equal(a: string, b: string): boolean {
    const mac = (text: string) => createHmac('sha256', this.#secret).update(text, 'utf8').digest();
    return timingSafeEqual(mac(a), mac(b));
  }
}
