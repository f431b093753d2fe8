/**
 * A process full of RTSP readers, so that their work is not charged to the server under test.
 * Spoken to over Node's IPC: `play` once, then `count` as often as wanted.
 */
import { RtspReader } from './rtsp-reader.ts';

export type ReadersRequest =
  | {
      readonly kind: 'play';
      readonly count: number;
      readonly port: number;
      readonly path: string;
      readonly token: string;
    }
  | { readonly kind: 'count' };

export interface ReadersCount {
  readonly playing: number;
  readonly pictures: number;
  readonly bytes: number;
  readonly gaps: number;
}

const readers: RtspReader[] = [];
const sum = (of: (reader: RtspReader) => number) => readers.reduce((total, reader) => total + of(reader), 0);

process.on('message', async (request: ReadersRequest) => {
  try {
    if (request.kind === 'play') {
      const { count, port, path, token } = request;
      // A few at a time: what is measured is playing, not a rush of connections.
      while (readers.length < count) {
        const next = Array.from({ length: Math.min(10, count - readers.length) }, () =>
          RtspReader.play(port, path, token),
        );
        readers.push(...(await Promise.all(next)));
      }
    }
    const ok: ReadersCount = {
      playing: readers.length,
      pictures: sum((reader) => reader.pictures),
      bytes: sum((reader) => reader.bytes),
      gaps: sum((reader) => reader.gaps),
    };
    process.send?.({ ok });
  } catch (error) {
    process.send?.({ error: String(error) });
  }
});
