import { createHash } from 'node:crypto';
import type { DigestAlgorithm } from './challenge.ts';

export interface DigestInput {
  readonly algorithm: DigestAlgorithm;
  readonly username: string;
  readonly password: string;
  readonly realm: string;
  readonly method: string;
  readonly uri: string;
  readonly nonce: string;
  /** Null: the form of RFC 2069, without `nc` and `cnonce`. */
  readonly qop: 'auth' | null;
  /** Eight hex digits. */
  readonly nc: string;
  readonly cnonce: string;
}

/** The `response` of RFC 7616 3.4.1, in lower-case hex. */
export function digestResponse(input: DigestInput): string {
  const hash = (text: string) =>
    createHash(input.algorithm.startsWith('MD5') ? 'md5' : 'sha256')
      .update(text, 'utf8')
      .digest('hex');
  let a1 = hash(`${input.username}:${input.realm}:${input.password}`);
  if (input.algorithm.endsWith('-sess')) a1 = hash(`${a1}:${input.nonce}:${input.cnonce}`);
  const a2 = hash(`${input.method}:${input.uri}`);
  return input.qop === null
    ? hash(`${a1}:${input.nonce}:${a2}`)
    : hash(`${a1}:${input.nonce}:${input.nc}:${input.cnonce}:${input.qop}:${a2}`);
}

/** A quoted-string (RFC 7230 3.2.6). */
export function quote(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return `"${value.replace(/[\u0000-\u001f]/g, '').replace(/["\\]/g, '\\$&')}"`;
}
