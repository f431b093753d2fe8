import { parseChallenges } from './challenge.ts';

/** What an `Authorization` field holds (RFC 7617, RFC 7616, RFC 6750), as the client wrote it: nothing is checked. */
export type RtspAuthorization =
  | { readonly scheme: 'basic'; readonly username: string; readonly password: string }
  | { readonly scheme: 'bearer'; readonly token: string }
  | {
      readonly scheme: 'digest';
      readonly username: string;
      readonly realm: string;
      readonly nonce: string;
      readonly uri: string;
      /** Lower case. */
      readonly response: string;
      /** Upper case, `MD5` when none was named. */
      readonly algorithm: string;
      /** Null in the form of RFC 2069. */
      readonly qop: string | null;
      readonly nc: string;
      readonly cnonce: string;
    };

/** Null for what cannot be read, or is of another scheme. Never throws. */
export function parseRtspAuthorization(value: string): RtspAuthorization | null {
  const [, scheme = '', rest = ''] = /^\s*(basic|bearer|digest)\s+(.*)$/i.exec(value.slice(0, 16_384)) ?? [];
  switch (scheme.toLowerCase()) {
    case 'basic': {
      const decoded = Buffer.from(rest.trim(), 'base64').toString('utf8');
      const colon = decoded.indexOf(':');
      if (colon < 0) return null;
      return { scheme: 'basic', username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
    }
    case 'bearer':
      return rest.trim() === '' ? null : { scheme: 'bearer', token: rest.trim() };
    case 'digest': {
      const given = parseChallenges([value]).find((one) => one.scheme === 'digest')?.parameters;
      if (given === undefined) return null;
      const text = (name: string) => given.get(name) ?? '';
      return {
        scheme: 'digest',
        username: text('username'),
        realm: text('realm'),
        nonce: text('nonce'),
        uri: text('uri'),
        response: text('response').toLowerCase(),
        algorithm: (given.get('algorithm') || 'MD5').toUpperCase(),
        qop: given.get('qop') ?? null,
        nc: text('nc'),
        cnonce: text('cnonce'),
      };
    }
    default:
      return null;
  }
}

/**
 * Whether a digest's `uri` covers the URI that was requested: it may be the request's own or a parent of it, because some
 * clients always sign the presentation's URL.
 */
export function digestCovers(signed: string, requested: string): boolean {
  const trim = (uri: string) => uri.replace(/^rtsps?:\/\/[^/]*/i, '').replace(/\/+$/, '');
  const parent = trim(signed);
  const child = trim(requested);
  return child === parent || child.startsWith(`${parent}/`) || child.startsWith(`${parent}?`);
}
