import type { StreamProvider } from '../../stream-provider.ts';
import type { EdgeMetrics } from '../edge-metrics.ts';
import { LingeringFeeds } from '../feed/lingering-feeds.ts';
import { RtspFeed, type RtspReader } from './rtsp-feed.ts';

/** The feeds of this edge's RTSP readers. */
export class RtspFeeds extends LingeringFeeds<RtspReader, RtspFeed> {
  /** @param options `linger` in milliseconds */
  constructor(options: { streams: StreamProvider; metrics: EdgeMetrics; linger?: number }) {
    super({ open: (key) => new RtspFeed({ ...options, key }), linger: options.linger });
  }

  /** To be called once a second. */
  second(): void {
    for (const feed of this) feed.second();
  }
}
