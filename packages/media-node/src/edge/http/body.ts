import type { IncomingMessage } from 'node:http';

/** The body of a request; null when it is longer than `limit` bytes (the rest is read and dropped) or breaks off. */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= limit) chunks.push(chunk);
      else {
        chunks.length = 0;
        // Read on so that the client hears the answer, but not for ever.
        resolve(null);
        if (length > 8 * limit) request.destroy();
      }
    });
    request.on('end', () => resolve(length <= limit ? Buffer.concat(chunks) : null));
    request.on('error', () => resolve(null));
    request.on('close', () => resolve(null));
  });
}
