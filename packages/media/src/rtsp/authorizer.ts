import { randomBytes } from 'node:crypto';
import { type Challenge, digestAlgorithm, digestQop, parseChallenges, strongestChallenge } from './challenge.ts';
import { digestResponse, quote } from './digest.ts';
import type { RtspHeaders } from './headers.ts';

export interface RtspAuthorizerOptions {
  readonly username: string;
  readonly password: string;
  /** Default true. False: a server that offers only Basic gets no password. */
  readonly allowBasic?: boolean;
  /** Hex text for `cnonce`; random by default. */
  readonly cnonce?: () => string;
}

/**
 * Client side of RTSP authentication (RFC 2326 11; RFC 7616, RFC 2617, RFC 7617). One per connection.
 *
 * Send `authorization()` with every request. On 401 call `challenged()`: true means send the same request again;
 * false means the credentials are wrong (or the server offers nothing we speak), so stop. Tell `accepted()` about any
 * other answer.
 */
export class RtspAuthorizer {
  readonly #options: RtspAuthorizerOptions;
  #challenge: Challenge | null = null;
  #sessionCnonce = '';
  #uses = 0;
  /** An authorization made with the present challenge was sent and not yet judged. */
  #onTrial = false;

  constructor(options: RtspAuthorizerOptions) {
    this.#options = options;
  }

  /** The scheme in use, for logs: `digest`, `basic` or null. */
  get scheme(): string | null {
    return this.#challenge?.scheme ?? null;
  }

  /** Value of `Authorization` for a request, or null before the first challenge. */
  authorization(method: string, uri: string): string | null {
    const challenge = this.#challenge;
    if (challenge === null) return null;
    this.#onTrial = true;
    const { username, password } = this.#options;
    if (challenge.scheme === 'basic')
      return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
    const algorithm = digestAlgorithm(challenge) ?? 'MD5';
    const qop = digestQop(challenge) ?? null;
    const realm = challenge.parameters.get('realm') ?? '';
    const nonce = challenge.parameters.get('nonce') ?? '';
    const opaque = challenge.parameters.get('opaque');
    const nc = (++this.#uses).toString(16).padStart(8, '0');
    // For `-sess` the key is bound to the first cnonce, so that one stays.
    const cnonce = algorithm.endsWith('-sess') ? this.#sessionCnonce : this.#newCnonce();
    const response = digestResponse({ algorithm, username, password, realm, method, uri, nonce, qop, nc, cnonce });
    let value = `Digest username=${quote(username)}, realm=${quote(realm)}, nonce=${quote(nonce)}, uri=${quote(uri)}`;
    value += `, response="${response}"`;
    // Old cameras reject a parameter they did not send themselves.
    if (challenge.parameters.has('algorithm')) value += `, algorithm=${algorithm}`;
    if (opaque !== undefined) value += `, opaque=${quote(opaque)}`;
    if (qop !== null) value += `, qop=${qop}, nc=${nc}, cnonce="${cnonce}"`;
    else if (algorithm.endsWith('-sess')) value += `, cnonce="${cnonce}"`;
    return value;
  }

  /** Takes the fields of a 401. See the class for what the answer means. */
  challenged(headers: RtspHeaders): boolean {
    const offered = parseChallenges(headers.all('WWW-Authenticate')).filter(
      (one) => one.scheme !== 'basic' || this.#options.allowBasic !== false,
    );
    const next = strongestChallenge(offered);
    const stale = next?.parameters.get('stale')?.toLowerCase() === 'true';
    const rejected = this.#onTrial && !stale;
    this.#onTrial = false;
    this.#challenge = next;
    this.#uses = 0;
    this.#sessionCnonce = this.#newCnonce();
    return next !== null && !rejected;
  }

  /** The server let a request through: a later 401 then means an expired nonce, not a wrong password. */
  accepted(): void {
    this.#onTrial = false;
  }

  #newCnonce(): string {
    return this.#options.cnonce?.() ?? randomBytes(8).toString('hex');
  }
}
