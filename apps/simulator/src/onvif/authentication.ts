import { createHash } from 'node:crypto';
import { RtspAuthVerifier } from '@marsad/media';
import { find, type XmlElement } from './xml.ts';

/** How far a signature's time may be off the camera's clock. */
const MAX_AGE_MS = 5 * 60_000;

export interface OnvifSignature {
  readonly method: string;
  /** Path of the request. */
  readonly uri: string;
  /** Field `Authorization`. */
  readonly authorization: string | null;
  /** UsernameToken of WS-Security; when there is one, it decides. */
  readonly token: XmlElement | null;
  /** The camera's clock, in milliseconds since the epoch of Unix. */
  readonly clockMs: number;
}

/** `challenge`: a value for `WWW-Authenticate`. */
export type OnvifVerdict =
  | { readonly outcome: 'ok' }
  | { readonly outcome: 'refused' }
  | { readonly outcome: 'challenge'; readonly challenge: string };

/** ONVIF Core 5.9: a UsernameToken with a password digest, or HTTP Digest with MD5. */
export class OnvifAuthentication {
  readonly #verifier = new RtspAuthVerifier({ realm: 'camera', schemes: ['MD5'] });

  /** `password` answers a user's password, or null for an unknown user. */
  verify(signature: OnvifSignature, password: (user: string) => string | null): OnvifVerdict {
    if (signature.token) return { outcome: signs(signature.token, signature.clockMs, password) ? 'ok' : 'refused' };
    const { method, uri, authorization } = signature;
    const verdict = this.#verifier.verify(method, uri, authorization, password);
    if (verdict.ok) return { outcome: 'ok' };
    // Clients of HTTP know qop, unlike players.
    return { outcome: 'challenge', challenge: `${this.#verifier.challenges(verdict.stale)[0]}, qop="auth"` };
  }
}

/** WS-Security UsernameToken Profile 1.0, 3.1: Base64(SHA-1(nonce + created + password)). */
function signs(token: XmlElement, clockMs: number, password: (user: string) => string | null): boolean {
  const given = find(token, 'Password');
  const created = find(token, 'Created')?.text ?? '';
  const expected = password(find(token, 'Username')?.text ?? '');
  if (expected === null || !given?.attributes.get('Type')?.endsWith('#PasswordDigest')) return false;
  const age = clockMs - Date.parse(created);
  if (!(Math.abs(age) <= MAX_AGE_MS)) return false;
  const nonce = Buffer.from(find(token, 'Nonce')?.text ?? '', 'base64');
  const digest = createHash('sha1').update(nonce).update(created).update(expected).digest('base64');
  return digest === given.text;
}
