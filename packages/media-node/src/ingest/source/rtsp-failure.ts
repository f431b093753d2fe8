import { MediaError, rtspReasons } from '@marsad/media';
import { SourceError } from './source.ts';

/** The reason a person reads, from what the system says about a socket. */
export function failureOf(error: unknown): SourceError {
  if (error instanceof SourceError) return error;
  if (error instanceof MediaError) return new SourceError('PROTOCOL_ERROR', error.code, error);
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_FAIL':
      return new SourceError('HOST_NOT_FOUND', null, error);
    case 'ECONNREFUSED':
      return new SourceError('CONNECTION_REFUSED', null, error);
    case 'ETIMEDOUT':
      return new SourceError('TIMEOUT', null, error);
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EHOSTDOWN':
      return new SourceError('TIMEOUT', 'no route to the host', error);
    default:
      if (code !== null && /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO)/.test(code)) {
        return new SourceError('TLS_FAILED', code, error);
      }
      return new SourceError('CONNECTION_LOST', code, error);
  }
}

/** The reason for an answer other than 200. The phrase is ours: a camera's own may say anything. */
export function failureOfStatus(method: string, status: number): SourceError {
  const detail = `${method}: ${status} ${rtspReasons[status] ?? ''}`.trim();
  if (status === 401 || status === 403) return new SourceError('AUTH_FAILED', detail);
  if (status === 404 || status === 410) return new SourceError('STREAM_NOT_FOUND', detail);
  return new SourceError('RTSP_ERROR', detail);
}
