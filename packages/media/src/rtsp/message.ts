import { MediaError } from '../media-error.ts';
import { RtspHeaders } from './headers.ts';

/** RFC 2326 6. */
export interface RtspRequest {
  readonly kind: 'request';
  /** Upper case as sent: `DESCRIBE`, `SETUP`, … */
  readonly method: string;
  readonly uri: string;
  readonly headers: RtspHeaders;
  /** Empty when there is none. Owned by the message: may be kept. */
  readonly body: Buffer;
}

/** RFC 2326 7. */
export interface RtspResponse {
  readonly kind: 'response';
  readonly status: number;
  readonly reason: string;
  readonly headers: RtspHeaders;
  /** Empty when there is none. Owned by the message: may be kept. */
  readonly body: Buffer;
}

export type RtspMessage = RtspRequest | RtspResponse;

/** Reason phrases of RFC 2326 7.1.1. */
export const rtspReasons: Readonly<Record<number, string>> = {
  100: 'Continue',
  200: 'OK',
  201: 'Created',
  250: 'Low on Storage Space',
  300: 'Multiple Choices',
  301: 'Moved Permanently',
  302: 'Moved Temporarily',
  303: 'See Other',
  304: 'Not Modified',
  305: 'Use Proxy',
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  407: 'Proxy Authentication Required',
  408: 'Request Time-out',
  410: 'Gone',
  411: 'Length Required',
  412: 'Precondition Failed',
  413: 'Request Entity Too Large',
  414: 'Request-URI Too Large',
  415: 'Unsupported Media Type',
  451: 'Parameter Not Understood',
  452: 'Conference Not Found',
  453: 'Not Enough Bandwidth',
  454: 'Session Not Found',
  455: 'Method Not Valid in This State',
  456: 'Header Field Not Valid for Resource',
  457: 'Invalid Range',
  458: 'Parameter Is Read-Only',
  459: 'Aggregate Operation Not Allowed',
  460: 'Only Aggregate Operation Allowed',
  461: 'Unsupported Transport',
  462: 'Destination Unreachable',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Time-out',
  505: 'RTSP Version Not Supported',
  551: 'Option Not Supported',
};

const noBody = Buffer.alloc(0);

type HeaderFields = RtspHeaders | Readonly<Record<string, string | number | readonly string[] | undefined>>;

/**
 * A request on the wire. `Content-Length` is added when there is a body.
 * @throws MediaError RTSP_MALFORMED when a part contains white space or a line break that would change the message.
 */
export function formatRtspRequest(method: string, uri: string, headers: HeaderFields, body: Buffer = noBody): Buffer {
  if (!/^[A-Z_]{1,24}$/.test(method)) throw new MediaError('RTSP_MALFORMED', 'method not a token');
  if (!/^[^\s]+$/.test(uri)) throw new MediaError('RTSP_MALFORMED', 'white space in request URI');
  return formatMessage(`${method} ${uri} RTSP/1.0`, headers, body);
}

/** A response on the wire. `Content-Length` is added when there is a body. Errors as for requests. */
export function formatRtspResponse(
  status: number,
  headers: HeaderFields,
  body: Buffer = noBody,
  reason?: string,
): Buffer {
  if (!Number.isInteger(status) || status < 100 || status > 999) {
    throw new MediaError('RTSP_MALFORMED', 'status not of three digits');
  }
  const phrase = reason ?? rtspReasons[status] ?? 'Unknown';
  if (/[\r\n]/.test(phrase)) throw new MediaError('RTSP_MALFORMED', 'line break in reason phrase');
  return formatMessage(`RTSP/1.0 ${status} ${phrase}`, headers, body);
}

function formatMessage(startLine: string, fields: HeaderFields, body: Buffer): Buffer {
  const headers = fields instanceof RtspHeaders ? fields : new RtspHeaders(fields);
  let head = `${startLine}\r\n`;
  for (const [name, value] of headers) {
    if (name.toLowerCase() !== 'content-length') head += `${name}: ${value}\r\n`;
  }
  if (body.length > 0) head += `Content-Length: ${body.length}\r\n`;
  const text = Buffer.from(`${head}\r\n`, 'utf8');
  return body.length > 0 ? Buffer.concat([text, body]) : text;
}

/** A parsed header block: a message whose body is still to come. */
export interface RtspHead {
  readonly start:
    | { readonly kind: 'request'; readonly method: string; readonly uri: string }
    | { readonly kind: 'response'; readonly status: number; readonly reason: string };
  readonly headers: RtspHeaders;
  /** 0 when the field is missing. */
  readonly contentLength: number;
}

/**
 * Parses a header block, from the start line to the blank line. Tolerates bare LF, folded lines (RFC 2326 4.2 with
 * RFC 2068 4.2), a missing reason phrase and lines that are not fields (skipped).
 * @throws MediaError RTSP_MALFORMED for an unusable start line or Content-Length.
 */
export function parseRtspHead(block: string): RtspHead {
  const lines = block.split(/\r?\n/);
  const start = parseStartLine(lines[0] ?? '');
  const headers = new RtspHeaders();
  let name = '';
  let value = '';
  const keep = () => {
    if (name !== '') headers.append(name, value);
    name = '';
  };
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i] ?? '';
    if (name !== '' && (line.startsWith(' ') || line.startsWith('\t'))) {
      value = value === '' ? clean(line) : `${value} ${clean(line)}`;
      continue;
    }
    keep();
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const candidate = line.slice(0, colon).trim();
    if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(candidate)) continue;
    name = candidate;
    value = clean(line.slice(colon + 1));
  }
  keep();
  const length = headers.get('Content-Length');
  if (length === null || length === '') return { start, headers, contentLength: 0 };
  if (!/^\d{1,15}$/.test(length)) throw new MediaError('RTSP_MALFORMED', 'Content-Length not a number');
  return { start, headers, contentLength: Number(length) };
}

/** A stray CR or NUL in a value must not travel on into a message we write. */
function clean(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return value.replace(/[\r\u0000]/g, '').trim();
}

function parseStartLine(line: string): RtspHead['start'] {
  const response = /^RTSP\/\d{1,2}\.\d{1,2}[ \t]+(\d{3})(?:[ \t]+(.*))?$/.exec(line);
  if (response?.[1] !== undefined) {
    return { kind: 'response', status: Number(response[1]), reason: clean(response[2] ?? '') };
  }
  const request = /^([A-Z_]{1,24}) +(\S+) +RTSP\/\d{1,2}\.\d{1,2}[ \t]*$/.exec(line);
  if (request?.[1] !== undefined && request[2] !== undefined) {
    return { kind: 'request', method: request[1], uri: request[2] };
  }
  throw new MediaError('RTSP_MALFORMED', 'start line is neither a request nor a response');
}
