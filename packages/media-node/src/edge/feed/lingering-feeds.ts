import type { StreamKey } from '../../stream-provider.ts';

/** What is opened for the first reader of a stream and serves all of them. */
export interface SharedFeed<Reader> {
  readonly key: StreamKey;
  readonly readers: number;
  attach(reader: Reader): void;
  detach(reader: Reader): void;
  close(): void;
}

export interface LingeringOptions<Feed> {
  readonly open: (key: StreamKey) => Feed;
  /** How long a feed outlives its last reader, milliseconds. Default 5,000. */
  readonly linger?: number | undefined;
  readonly onSize?: (feeds: number) => void;
}

/**
 * Feeds by stream: opened by their first reader, closed some seconds after the last, for a page is reloaded, and a player
 * connects once to look and once to play.
 */
export class LingeringFeeds<Reader, Feed extends SharedFeed<Reader>> {
  readonly #options: LingeringOptions<Feed>;
  readonly #feeds = new Map<string, Feed>();
  readonly #closing = new Map<Feed, NodeJS.Timeout>();
  #closed = false;

  constructor(options: LingeringOptions<Feed>) {
    this.#options = options;
  }

  get size(): number {
    return this.#feeds.size;
  }

  [Symbol.iterator](): Iterator<Feed> {
    return this.#feeds.values();
  }

  /** The feed of `key` with `reader` attached. Must be given back with `release`. */
  acquire(key: StreamKey, reader: Reader): Feed {
    const name = nameOf(key);
    let feed = this.#feeds.get(name);
    if (!feed) {
      feed = this.#options.open(key);
      this.#feeds.set(name, feed);
      this.#options.onSize?.(this.#feeds.size);
    }
    clearTimeout(this.#closing.get(feed));
    this.#closing.delete(feed);
    feed.attach(reader);
    return feed;
  }

  release(feed: Feed, reader: Reader): void {
    feed.detach(reader);
    if (feed.readers > 0 || this.#closing.has(feed) || this.#closed) return;
    this.#closing.set(
      feed,
      setTimeout(() => this.#end(feed), this.#options.linger ?? 5000),
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
    this.#feeds.delete(nameOf(feed.key));
    this.#options.onSize?.(this.#feeds.size);
    feed.close();
  }
}

function nameOf(key: StreamKey): string {
  return `${key.profile}:${key.camera}`;
}
