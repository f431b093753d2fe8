import type { Logger } from 'pino';
import type { StreamKey, StreamProvider } from '../../stream-provider.ts';
import type { EdgeMetrics } from '../edge-metrics.ts';
import { Feed, type FeedReader } from './feed.ts';

/** A feed outlives its last reader by this much, so that a reloaded page finds its pictures. Milliseconds. */
const LINGER = 5000;

/** The feeds of this edge: opened by their first reader, closed some seconds after the last. */
export class Feeds {
  readonly #streams: StreamProvider;
  readonly #log: Logger;
  readonly #metrics: EdgeMetrics;
  readonly #linger: number;
  readonly #feeds = new Map<string, Feed>();
  readonly #closing = new Map<Feed, NodeJS.Timeout>();
  #closed = false;

  constructor(options: { streams: StreamProvider; log: Logger; metrics: EdgeMetrics; linger?: number }) {
    this.#streams = options.streams;
    this.#log = options.log;
    this.#metrics = options.metrics;
    this.#linger = options.linger ?? LINGER;
  }

  get size(): number {
    return this.#feeds.size;
  }

  /** The feed of `key` with `reader` attached. Must be given back with `release`. */
  acquire(key: StreamKey, reader: FeedReader): Feed {
    const name = `${key.profile}:${key.camera}`;
    let feed = this.#feeds.get(name);
    if (!feed) {
      feed = new Feed({ key, streams: this.#streams, log: this.#log, metrics: this.#metrics });
      this.#feeds.set(name, feed);
      this.#metrics.feeds.set(this.#feeds.size);
    }
    clearTimeout(this.#closing.get(feed));
    this.#closing.delete(feed);
    feed.attach(reader);
    return feed;
  }

  release(feed: Feed, reader: FeedReader): void {
    feed.detach(reader);
    if (feed.readers > 0 || this.#closing.has(feed) || this.#closed) return;
    this.#closing.set(
      feed,
      setTimeout(() => this.#end(feed), this.#linger),
    );
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#closing.values()) clearTimeout(timer);
    this.#closing.clear();
    for (const feed of this.#feeds.values()) feed.close();
    this.#feeds.clear();
  }

  #end(feed: Feed): void {
    this.#closing.delete(feed);
    this.#feeds.delete(`${feed.key.profile}:${feed.key.camera}`);
    this.#metrics.feeds.set(this.#feeds.size);
    feed.close();
  }
}
