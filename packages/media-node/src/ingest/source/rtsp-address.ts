import { parseRtspUrl, type RtspResponse, type RtspUrl, withCredentials } from '@marsad/media';
import { SourceError } from './source.ts';

/** @throws SourceError `ADDRESS_INVALID` */
export function parseAddress(text: string): RtspUrl {
  try {
    return parseRtspUrl(text);
  } catch (error) {
    throw new SourceError('ADDRESS_INVALID', null, error);
  }
}

/**
 * Where a redirection leads. Credentials go along only to the same host, and never from TLS to plain.
 * @throws SourceError `PROTOCOL_ERROR`
 */
export function redirected(from: RtspUrl, answer: RtspResponse): RtspUrl {
  const location = answer.headers.get('Location') ?? '';
  let to: RtspUrl;
  try {
    to = parseRtspUrl(location);
  } catch (error) {
    throw new SourceError('PROTOCOL_ERROR', 'redirected to no RTSP address', error);
  }
  if (from.secure && !to.secure) throw new SourceError('PROTOCOL_ERROR', 'redirected from TLS to plain');
  if (to.username !== null || from.username === null || to.host.toLowerCase() !== from.host.toLowerCase()) return to;
  return parseRtspUrl(withCredentials(to.url, from.username, from.password ?? ''));
}
