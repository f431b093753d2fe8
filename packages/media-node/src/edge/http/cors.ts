import type { IncomingMessage, ServerResponse } from 'node:http';

const METHODS = 'GET, HEAD, POST, PATCH, DELETE, OPTIONS';
const HEADERS = 'Authorization, Content-Type, If-Match, X-Livekit-Request-Id';
/** What a WHEP player has to read of an answer. */
const EXPOSED = 'Location, ETag, Link, Accept-Patch';

/** Sets the CORS headers an answer to this request carries, errors included: clients read those too. */
export function allowOrigin(
  request: IncomingMessage,
  response: ServerResponse,
  origins: readonly string[] | '*',
): void {
  const { origin } = request.headers;
  if (origins === '*') response.setHeader('access-control-allow-origin', '*');
  else {
    response.setHeader('vary', 'Origin');
    if (origin === undefined || !origins.includes(origin)) return;
    response.setHeader('access-control-allow-origin', origin);
  }
  response.setHeader('access-control-expose-headers', EXPOSED);
  if (request.method !== 'OPTIONS') return;
  response.setHeader('access-control-allow-methods', METHODS);
  response.setHeader('access-control-allow-headers', HEADERS);
  response.setHeader('access-control-max-age', '600');
}
