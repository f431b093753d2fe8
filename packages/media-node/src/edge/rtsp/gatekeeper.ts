import type { AccessAnswer, Credentials } from '@marsad/contract';
import {
  digestCovers,
  formatRtspChallenges,
  parseRtspAuthorization,
  RtspNonces,
  type RtspRequest,
} from '@marsad/media';
import type { RtspAddress } from './address.ts';

const REALM = 'marsad';

/** What a request brings to prove who it is. `stale`: the nonce of a digest is not, or no longer, good. */
export type Presented =
  | { readonly kind: 'credentials'; readonly credentials: Credentials }
  | { readonly kind: 'stale' }
  | { readonly kind: 'unusable' };

/** Challenges clients, and reads what they answer, for whoever decides. It knows no passwords. */
export class Gatekeeper {
  readonly #nonces: RtspNonces;

  constructor(options: { readonly now?: () => number } = {}) {
    this.#nonces = new RtspNonces(options);
  }

  /**
   * Values of `WWW-Authenticate`. A nonce is good for its connection. Digest comes without qop (RFC 2069), because what is
   * asked to decide knows only that; Basic comes last and over plain TCP too, because passwords kept as hashes allow nothing else.
   */
  challenges(connection: string, stale: boolean): string[] {
    const schemes = ['SHA-256', 'MD5', 'Basic'] as const;
    return formatRtspChallenges({ realm: REALM, nonce: this.#nonces.issue(connection), schemes, stale });
  }

  read(request: RtspRequest, address: RtspAddress, connection: string): Presented {
    const field = request.headers.get('Authorization');
    if (field === null) {
      if (address.token === null) return { kind: 'credentials', credentials: { kind: 'none' } };
      return bearer(address.token);
    }
    const given = parseRtspAuthorization(field);
    if (given === null) return { kind: 'unusable' };
    if (given.scheme === 'bearer') return bearer(given.token);
    if (given.username.length > 200) return { kind: 'unusable' };
    if (given.scheme === 'basic') {
      if (given.password.length > 1000) return { kind: 'unusable' };
      return { kind: 'credentials', credentials: { kind: 'basic', user: given.username, password: given.password } };
    }
    const { username, realm, nonce, uri, response, algorithm, qop } = given;
    if (realm !== REALM || qop !== null || uri.length > 4000 || response.length > 200) return { kind: 'unusable' };
    if ((algorithm !== 'MD5' && algorithm !== 'SHA-256') || !digestCovers(uri, request.uri))
      return { kind: 'unusable' };
    if (nonce.length > 200 || !this.#nonces.accepts(nonce, connection)) return { kind: 'stale' };
    const { method } = request;
    return {
      kind: 'credentials',
      credentials: { kind: 'digest', user: username, realm, nonce, uri, method, response, algorithm },
    };
  }
}

function bearer(token: string): Presented {
  return token.length > 8192 ? { kind: 'unusable' } : { kind: 'credentials', credentials: { kind: 'bearer', token } };
}

const statusOf = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  // No more of the agency's streams may be open.
  FULL: 453,
  OFFLINE: 503,
  UNAVAILABLE: 503,
} as const;

/** The status that tells a refusal (RFC 2326 11). */
export function statusOfRefusal(refusal: Extract<AccessAnswer, { outcome: 'refused' }>): number {
  return statusOf[refusal.reason];
}
