import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** A whole answer, with its length: some clients cannot read one that comes in chunks (FFmpeg 9's WHIP muxer). */
export function answer(
  response: ServerResponse,
  status: number,
  body: string | Uint8Array,
  headers: OutgoingHttpHeaders = {},
): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
