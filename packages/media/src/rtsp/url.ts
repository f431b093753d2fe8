import { MediaError } from '../media-error.ts';

/** An RTSP address taken apart. */
export interface RtspUrl {
  readonly secure: boolean;
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  /** 554, or 322 for `rtsps`, when the address names none. */
  readonly port: number;
  /** Decoded; null when the address has no credentials. */
  readonly username: string | null;
  readonly password: string | null;
  /** Path and query as written, beginning with `/`, or empty. */
  readonly path: string;
  /** The address without credentials: what goes into a request line. */
  readonly url: string;
}

/**
 * Parses `rtsp://` and `rtsps://` addresses as people paste them: characters such as `@ # ? / :` in the password need
 * not be escaped.
 * @throws MediaError RTSP_URL_MALFORMED; the message holds no part of the address.
 */
export function parseRtspUrl(text: string): RtspUrl {
  const scheme = /^\s*(rtsps?):\/\//i.exec(text);
  if (scheme?.[1] === undefined || text.length > 4096)
    throw new MediaError('RTSP_URL_MALFORMED', 'not an rtsp:// address');
  const rest = text.slice(scheme[0].length).trim();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not reach a request line
  if (/[\u0000-\u0020\u007f]/.test(rest)) throw new MediaError('RTSP_URL_MALFORMED', 'white space in address');
  const at = credentialsEnd(rest);
  const target = at === -1 ? rest : rest.slice(at + 1);
  const match = authority.exec(target);
  if (match === null) throw new MediaError('RTSP_URL_MALFORMED', 'host or port cannot be read');
  const secure = scheme[1].toLowerCase() === 'rtsps';
  const host = match[1] ?? match[2] ?? '';
  const port = match[3] === undefined || match[3] === '' ? (secure ? 322 : 554) : Number(match[3]);
  if (port < 1 || port > 65_535) throw new MediaError('RTSP_URL_MALFORMED', 'port out of range');
  const credentials = at === -1 ? null : rest.slice(0, at);
  const colon = credentials === null ? -1 : credentials.indexOf(':');
  let path = target.slice(match[0].length).replace(/#.*$/, '');
  if (path !== '' && !path.startsWith('/')) path = `/${path}`;
  return {
    secure,
    host,
    port,
    username: credentials === null ? null : decode(colon === -1 ? credentials : credentials.slice(0, colon)),
    password: credentials === null ? null : colon === -1 ? '' : decode(credentials.slice(colon + 1)),
    path,
    url: `${secure ? 'rtsps' : 'rtsp'}://${match[0]}${path}`,
  };
}

/**
 * The address with `***` for its password, also for passwords in query or path (`password=`, `pwd=`, …). Never throws:
 * of what cannot be parsed only the scheme is shown.
 */
export function maskRtspUrl(text: string): string {
  try {
    const { secure, url, username } = parseRtspUrl(text);
    const prefix = secure ? 'rtsps://' : 'rtsp://';
    const target = url.slice(prefix.length).replace(secrets, '$1***');
    return username === null ? `${prefix}${target}` : `${prefix}${encodeURIComponent(username)}:***@${target}`;
  } catch {
    return `${/^\s*([a-z]{1,8}):\/\//i.exec(text)?.[1]?.toLowerCase() ?? 'rtsp'}://***`;
  }
}

/** The address with these credentials, escaped. */
export function withCredentials(url: string, username: string, password: string): string {
  const { secure, url: bare } = parseRtspUrl(url);
  const prefix = secure ? 'rtsps://' : 'rtsp://';
  return `${prefix}${encodeURIComponent(username)}:${encodeURIComponent(password)}@${bare.slice(prefix.length)}`;
}

const authority = /^(?:\[([0-9a-f:.]+(?:%[\w.-]+)?)\]|([^\s/?#@:[\]]+))(?::(\d{0,5}))?(?=[/?#]|$)/i;
const secrets = /((?:password|passwd|pass|pwd|token|secret)=)[^&;/]*/gi;

/** Index of the `@` that ends the credentials: the first behind which a host can be read, the last before the path. */
function credentialsEnd(rest: string): number {
  const slash = rest.search(/[/?#]/);
  const early = rest.slice(0, slash === -1 ? rest.length : slash).lastIndexOf('@');
  if (early !== -1) return early;
  // No `@` before the path: unless that is a host, the path is still part of the password.
  if (authority.test(rest)) return -1;
  for (let at = rest.indexOf('@'); at !== -1; at = rest.indexOf('@', at + 1)) {
    if (authority.test(rest.slice(at + 1))) return at;
  }
  return -1;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
