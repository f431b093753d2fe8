import type { StreamStatus } from '@marsad/contract';
import type { StreamKey, StreamProvider, StreamSink, StreamSubscription } from '../stream-provider.ts';

interface Watched {
  readonly key: StreamKey;
  readonly sink: StreamSink;
  /** Null while the camera is hidden: then nothing of it is taken in for this sink. */
  inner: StreamSubscription | null;
}

/**
 * Streams as the viewers of an edge may have them: of a camera an administrator has hidden there is no picture, over no
 * protocol, only the word that it is so. What else takes the stream at its ingest (a recorder) is not touched.
 */
export class HiddenStreams implements StreamProvider {
  readonly #streams: StreamProvider;
  readonly #now: () => number;
  readonly #watched = new Set<Watched>();
  /** Camera → since when, wall clock, milliseconds. */
  #hidden = new Map<string, number>();

  /** `now`: wall clock, milliseconds. */
  constructor(options: { streams: StreamProvider; now?: () => number }) {
    this.#streams = options.streams;
    this.#now = options.now ?? Date.now;
  }

  /** The whole set. Those who watch lose, or get back, their picture at once; it comes back with the current GOP. */
  hide(cameras: Iterable<string>): void {
    const now = this.#now();
    this.#hidden = new Map([...cameras].map((camera) => [camera, this.#hidden.get(camera) ?? now]));
    for (const watched of this.#watched) {
      const since = this.#hidden.get(watched.key.camera);
      if (since === undefined) watched.inner ??= this.#streams.subscribe(watched.key, watched.sink);
      else if (watched.inner) {
        watched.inner.close();
        watched.inner = null;
        watched.sink.status(hiddenSince(since));
      }
    }
  }

  subscribe(key: StreamKey, sink: StreamSink): StreamSubscription {
    const since = this.#hidden.get(key.camera);
    const watched: Watched = { key, sink, inner: since === undefined ? this.#streams.subscribe(key, sink) : null };
    this.#watched.add(watched);
    if (since !== undefined) {
      queueMicrotask(() => {
        if (this.#watched.has(watched) && !watched.inner) sink.status(hiddenSince(since));
      });
    }
    return {
      close: () => {
        this.#watched.delete(watched);
        watched.inner?.close();
        watched.inner = null;
      },
    };
  }
}

function hiddenSince(since: number): StreamStatus {
  return { state: 'offline', reason: 'HIDDEN', detail: null, since, last_picture_at: null, next_attempt_at: null };
}
