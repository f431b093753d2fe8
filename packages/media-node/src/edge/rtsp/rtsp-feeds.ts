import type { StreamKey, StreamProvider } from '../../stream-provider.ts';
import type { EdgeMetrics } from '../edge-metrics.ts';
import { RtspFeed, type RtspReader } from './rtsp-feed.ts';

/** A feed outlives its last reader by this much: players connect twice, once to look and once to play. Milliseconds. */
const LINGER = 5000;

/** The RTSP feeds of this edge: opened by their first reader, closed some seconds after the last. */
export class RtspFeeds {
  readonly #options: { readonly streams: StreamProvider; readonly metrics: EdgeMetrics; readonly linger?: number };
  readonly #feeds = new Map<string, RtspFeed>();
  readonly #closing = new Map<RtspFeed, NodeJS.Timeout>();
  #closed = false;

  constructor(options: { streams: StreamProvider; metrics: EdgeMetrics; linger?: number }) {
    this.#options = options;
  }

  get size(): number {
    return this.#feeds.size;
  }

  /** The feed of `key` with `reader` attached. Must be given back with `release`. */
  acquire(key: StreamKey, reader: RtspReader): RtspFeed {
    const name = nameOf(key);
    const { streams, metrics } = this.#options;
    const feed = this.#feeds.get(name) ?? new RtspFeed({ key, streams, metrics });
    this.#feeds.set(name, feed);
    clearTimeout(this.#closing.get(feed));
    this.#closing.delete(feed);
    feed.attach(reader);
    return feed;
  }

  release(feed: RtspFeed, reader: RtspReader): void {
    feed.detach(reader);
    if (feed.readers > 0 || this.#closing.has(feed) || this.#closed) return;
    this.#closing.set(
      feed,
      setTimeout(() => this.#end(feed), this.#options.linger ?? LINGER),
    );
  }

  /** To be called once a second. */
  second(): void {
    for (const feed of this.#feeds.values()) feed.second();
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#closing.values()) clearTimeout(timer);
    this.#closing.clear();
    for (const feed of this.#feeds.values()) feed.close();
    this.#feeds.clear();
  }

  #end(feed: RtspFeed): void {
    this.#closing.delete(feed);
    this.#feeds.delete(nameOf(feed.key));
    feed.close();
  }
}

function nameOf(key: StreamKey): string {
  return `${key.profile}:${key.camera}`;
}
