import type { Logger } from 'pino';
import type { StreamProvider } from '../../stream-provider.ts';
import type { EdgeMetrics } from '../edge-metrics.ts';
import { Feed, type FeedReader } from './feed.ts';
import { LingeringFeeds } from './lingering-feeds.ts';

/** The feeds of this edge's WebRTC viewers. */
export class Feeds extends LingeringFeeds<FeedReader, Feed> {
  /** @param options `linger` in milliseconds */
  constructor(options: { streams: StreamProvider; log: Logger; metrics: EdgeMetrics; linger?: number }) {
    const { linger, metrics } = options;
    super({
      open: (key) => new Feed({ ...options, key }),
      onSize: (feeds) => metrics.feeds.set(feeds),
      linger,
    });
  }
}
