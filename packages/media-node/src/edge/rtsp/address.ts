import type { Profile } from '@marsad/contract';

/** What the URL of a request names. */
export interface RtspAddress {
  /** As the client wrote it: without leading and trailing slash, query, `/sub` and `/trackID=…`; decoded. */
  readonly path: string;
  readonly profile: Profile;
  /** Of `trackID=…`, as SETUP names a medium; null for the whole presentation. */
  readonly medium: number | null;
  /** Query parameter `access_token` or `jwt`; null without. */
  readonly token: string | null;
  /** Scheme, host and path without query and track, with a slash at its end: `Content-Base`. */
  readonly base: string;
}

const shape = /^(rtsps?:\/\/[^/?#\s]+)?(?:\/([^?#]*))?(?:\?([^#]*))?(?:#.*)?$/i;
/** Players put the track behind whatever they take for the base, a query too. */
const trackSuffix = /\/?trackID=(\d{1,3})\/*$/i;

/** Null for what names nothing: `*`, another scheme, an empty path, or one that is too long. */
export function parseRtspAddress(uri: string): RtspAddress | null {
  if (uri.length > 12_000) return null;
  const named = trackSuffix.exec(uri);
  const match = shape.exec(named ? uri.slice(0, named.index) : uri);
  if (!match) return null;
  const [, origin = '', rawPath = '', query = ''] = match;
  const raw = rawPath.replace(/^\/+|\/+$/g, '');
  const parameters = new URLSearchParams(query.replace(/\/+$/, ''));
  const sub = /^(.+)\/sub$/.exec(raw);
  const path = decoded(sub?.[1] ?? raw);
  if (path === null || path === '' || path.length > 300) return null;
  return {
    path,
    profile: sub || parameters.get('profile') === 'sub' ? 'sub' : 'main',
    medium: named?.[1] === undefined ? null : Number(named[1]),
    token: parameters.get('access_token') || parameters.get('jwt') || null,
    base: `${origin}/${raw}/`,
  };
}

function decoded(path: string): string | null {
  try {
    const text = decodeURIComponent(path);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not reach a log or an answer
    return /[\u0000-\u001f\u007f]/.test(text) ? null : text;
  } catch {
    return null;
  }
}
