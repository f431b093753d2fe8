import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { parseChallenges } from './challenge.ts';
import { digestResponse, quote } from './digest.ts';

export interface RtspAuthVerifierOptions {
  readonly realm: string;
  /** Schemes to offer, strongest first. Default `['SHA-256', 'MD5']`; MD5 is what most RTSP players know. */
  readonly schemes?: readonly ('SHA-256' | 'MD5' | 'Basic')[];
  /** How long a nonce is good, in milliseconds. Default 300,000. */
  readonly nonceLifetimeMs?: number;
  /** Wall or monotonic clock, in milliseconds. */
  readonly now?: () => number;
}

export type AuthVerdict =
  | { readonly ok: true; readonly username: string }
  /** `stale`: the password was right, only the nonce is too old; challenge again with `stale=true`. */
  | { readonly ok: false; readonly stale: boolean };

/**
 * Server side of RTSP authentication: makes challenges and checks `Authorization` (RFC 7616, RFC 7617). Nonces carry
 * their age and a MAC, so nothing is kept per client.
 */
export class RtspAuthVerifier {
  readonly #options: RtspAuthVerifierOptions;
  readonly #schemes: readonly ('SHA-256' | 'MD5' | 'Basic')[];
  readonly #secret = randomBytes(32);
  readonly #now: () => number;

  constructor(options: RtspAuthVerifierOptions) {
    this.#options = options;
    this.#schemes = options.schemes ?? ['SHA-256', 'MD5'];
    this.#now = options.now ?? Date.now;
  }

  /** Values for `WWW-Authenticate` fields, one each. */
  challenges(stale = false): string[] {
    const nonce = this.#nonce(Math.floor(this.#now()).toString(36));
    return this.#schemes.map((scheme) => {
      if (scheme === 'Basic') return `Basic realm=${quote(this.#options.realm)}`;
      // The form without qop (RFC 2069) is offered for MD5, since that is all that many RTSP players do.
      const qop = scheme === 'MD5' ? '' : ', qop="auth"';
      const algorithm = scheme === 'MD5' ? '' : `, algorithm=${scheme}`;
      return `Digest realm=${quote(this.#options.realm)}, nonce="${nonce}"${algorithm}${qop}${stale ? ', stale=true' : ''}`;
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
    if (authorization === null) return denied;
    if (/^basic\s/i.test(authorization)) {
      if (!this.#schemes.includes('Basic')) return denied;
      const decoded = Buffer.from(authorization.slice(6).trim(), 'base64').toString('utf8');
      const colon = decoded.indexOf(':');
      if (colon < 0) return denied;
      const username = decoded.slice(0, colon);
      const expected = password(username);
      const same = this.#equal(decoded.slice(colon + 1), expected ?? '');
      return same && expected !== null ? { ok: true, username } : denied;
    }
    const given = parseChallenges([authorization]).find((one) => one.scheme === 'digest')?.parameters;
    if (given === undefined) return denied;
    const algorithm = (given.get('algorithm') ?? 'MD5').toUpperCase();
    if ((algorithm !== 'MD5' && algorithm !== 'SHA-256') || !this.#schemes.includes(algorithm)) return denied;
    const qop = given.get('qop') === 'auth' ? 'auth' : null;
    if (given.has('qop') && qop === null) return denied;
    const username = given.get('username') ?? '';
    const signed = given.get('uri') ?? '';
    const nonce = given.get('nonce') ?? '';
    if (given.get('realm') !== this.#options.realm || !covers(signed, uri)) return denied;
    const expected = password(username);
    const response = digestResponse({
      algorithm,
      username,
      password: expected ?? '',
      realm: this.#options.realm,
      method,
      uri: signed,
      nonce,
      qop,
      nc: given.get('nc') ?? '',
      cnonce: given.get('cnonce') ?? '',
    });
    if (!this.#equal((given.get('response') ?? '').toLowerCase(), response) || expected === null) return denied;
    const issued = nonce.split('.')[0] ?? '';
    if (!this.#equal(nonce, this.#nonce(issued))) return { ok: false, stale: true };
    const age = this.#now() - Number.parseInt(issued, 36);
    if (!(age >= -1000 && age <= (this.#options.nonceLifetimeMs ?? 300_000))) return { ok: false, stale: true };
    return { ok: true, username };
  }

  #nonce(issued: string): string {
    return `${issued}.${createHmac('sha256', this.#secret).update(issued).digest('hex').slice(0, 32)}`;
  }

  #equal(a: string, b: string): boolean {
    const mac = (text: string) => createHmac('sha256', this.#secret).update(text, 'utf8').digest();
    return timingSafeEqual(mac(a), mac(b));
  }
}

function covers(signed: string, requested: string): boolean {
  const trim = (uri: string) => uri.replace(/^rtsps?:\/\/[^/]*/i, '').replace(/\/+$/, '');
  const parent = trim(signed);
  const child = trim(requested);
  return child === parent || child.startsWith(`${parent}/`) || child.startsWith(`${parent}?`);
}
