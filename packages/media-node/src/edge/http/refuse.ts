import type { ServerResponse } from 'node:http';

/** A refusal in plain words, as WHIP and WHEP have it. */
export function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain',
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
  });
  response.end(text);
}
