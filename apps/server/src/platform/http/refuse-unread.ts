import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { describeError, type ErrorCode, errorCodes } from '@marsad/contract';
import { malformed } from './problem.ts';

/** Answers what cannot be read as a request, in the form of every other error, and ends the connection. */
export function refuseUnread(error: Error & { readonly code?: string }, socket: Socket): void {
  // Nobody is there any more, or an answer is under way.
  if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  const code = codeOf(error.code);
  const { status } = errorCodes[code];
  const body = JSON.stringify(describeError(code, code === 'VALIDATION_FAILED' ? malformed : {}));
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'Connection: close',
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      `X-Request-Id: ${randomUUID()}`,
      '',
      body,
    ].join('\r\n'),
  );
}

function codeOf(code: string | undefined): ErrorCode {
  if (code === 'HPE_HEADER_OVERFLOW') return 'HEADERS_TOO_LARGE';
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'REQUEST_TIMEOUT' : 'VALIDATION_FAILED';
}
