import { parseRtspUrl } from './url.ts';

export interface ControlUrlOptions {
  /** The URL that DESCRIBE was sent to, without credentials. */
  readonly requestUrl: string;
  /** Fields of the DESCRIBE answer (RFC 2326 C.1.1), or null. */
  readonly contentBase?: string | null;
  readonly contentLocation?: string | null;
  /** `a=control` of the session or a media description; null or `*` stands for the base itself. */
  readonly control: string | null;
}

/**
 * The URL that SETUP (media) or PLAY (session) goes to. Relative names are appended to the base rather than
 * resolved by RFC 3986, because that is what cameras expect; the authority is always that of `requestUrl`, because
 * cameras behind NAT or with a fresh address name the wrong one.
 */
export function resolveControl(options: ControlUrlOptions): string {
  return controlCandidates(options)[0] ?? options.requestUrl;
}

/**
 * As `resolveControl`, with what else to try, in order, when the camera answers 400, 404 or 454: its Content-Base may be
 * plainly wrong. At least one URL; no duplicates.
 */
export function controlCandidates(options: ControlUrlOptions): string[] {
  const bases: string[] = [];
  for (const candidate of [options.contentBase, options.contentLocation, options.requestUrl]) {
    const base = candidate === null || candidate === undefined ? null : rebase(candidate.trim(), options.requestUrl);
    if (base !== null) bases.push(base);
  }
  const control = options.control?.trim() ?? '*';
  const urls = /^rtspu?s?:\/\//i.test(control)
    ? [rebase(control, options.requestUrl) ?? options.requestUrl]
    : bases.map((base) => (control === '*' || control === '' ? base : append(base, control)));
  return [...new Set(urls)];
}

/** Path of `url` on the host of `requestUrl`; null when there is nothing usable in it. */
function rebase(url: string, requestUrl: string): string | null {
  const request = parseRtspUrl(requestUrl);
  const root = request.url.slice(0, request.url.length - request.path.length);
  if (url.startsWith('/')) return clean(url) ? `${root}${url}` : null;
  try {
    return `${root}${parseRtspUrl(url).path}`;
  } catch {
    return null;
  }
}

function append(base: string, control: string): string {
  const name = control.replace(/\s/g, '%20');
  if (base.endsWith('/') || name.startsWith('?') || name.startsWith('/')) {
    return base.endsWith('/') && name.startsWith('/') ? `${base}${name.slice(1)}` : `${base}${name}`;
  }
  return `${base}/${name}`;
}

function clean(path: string): boolean {
  return !/\s/.test(path);
}
