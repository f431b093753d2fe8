import { quote } from './digest.ts';

/** What a server can offer. */
export type RtspScheme = 'SHA-256' | 'MD5' | 'Basic';

export interface RtspChallengeOptions {
  readonly realm: string;
  readonly nonce: string;
  /** In the order in which they are offered: strongest first (RFC 7616 3.7). */
  readonly schemes: readonly RtspScheme[];
  /** Digest algorithms offered with `qop="auth"`; the others in the form of RFC 2069. */
  readonly qopFor?: readonly RtspScheme[];
  /** The last nonce was too old; the password need not be asked for again. */
  readonly stale: boolean;
}

/** Values for `WWW-Authenticate` fields, one for each scheme. */
export function formatRtspChallenges(options: RtspChallengeOptions): string[] {
  const { realm, nonce, schemes, qopFor = [], stale } = options;
  return schemes.map((scheme) => {
    if (scheme === 'Basic') return `Basic realm=${quote(realm)}`;
    const algorithm = scheme === 'MD5' ? '' : `, algorithm=${scheme}`;
    const qop = qopFor.includes(scheme) ? ', qop="auth"' : '';
    return `Digest realm=${quote(realm)}, nonce="${nonce}"${algorithm}${qop}${stale ? ', stale=true' : ''}`;
  });
}
