import { hash, timingSafeEqual } from 'node:crypto';
import type { Credentials } from '@marsad/contract';

/**
 * Whether a Digest answer was made with this password (RFC 7616 section 3.4 without `qop`, as RTSP has it, RFC 2326 appendix
 * D): `H(H(user:realm:password):nonce:H(method:uri))`. Whether the nonce is good has been checked by who made it.
 */
export function digestProves(digest: Extract<Credentials, { kind: 'digest' }>, password: string): boolean {
  const { user, realm, nonce, uri, method, response, algorithm } = digest;
  const h = (text: string) => hash(algorithm === 'MD5' ? 'md5' : 'sha256', text, 'hex');
  const expected = h(`${h(`${user}:${realm}:${password}`)}:${nonce}:${h(`${method}:${uri}`)}`);
  const given = Buffer.from(response.toLowerCase());
  return given.length === expected.length && timingSafeEqual(given, Buffer.from(expected));
}
