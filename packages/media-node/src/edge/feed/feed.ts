import type { StreamStatus } from '@marsad/contract';
import type { AccessUnit, Track, VideoTrack } from '@marsad/media';
import type { Logger } from 'pino';
import type { StreamKey, StreamProvider, StreamSink, StreamSubscription } from '../../stream-provider.ts';
import type { EdgeMetrics } from '../edge-metrics.ts';
import { GopCache } from './gop-cache.ts';
import { type PacketisedPicture, packetise } from './packetised-picture.ts';
import { ReorderFilter } from './reorder-filter.ts';

/** Whoever takes a feed's pictures. Must not throw. */
export interface FeedReader {
  /** A picture right after it was packetised. `replay` marks those the stream had kept: they come faster than life. */
  picture(feed: Feed, picture: PacketisedPicture, replay: boolean): void;
  status(feed: Feed, status: StreamStatus): void;
  /** One frame of Opus, live. Other sound is not for WebRTC. */
  sound?(frame: AccessUnit): void;
}

/**
 * One subscription of this edge to one stream, shared by all its viewers: each picture is packetised once, and the
 * current GOP is kept packetised for those who join.
 */
export class Feed implements StreamSink {
  readonly key: StreamKey;
  readonly #log: Logger;
  readonly #metrics: EdgeMetrics;
  readonly #readers = new Set<FeedReader>();
  readonly #gop = new GopCache();
  #subscription: StreamSubscription | null = null;
  #closed = false;
  /** What the stream says of itself, and what viewers are told: they differ while its pictures cannot be shown. */
  #reported: StreamStatus | null = null;
  #status: StreamStatus | null = null;
  #video: VideoTrack | null = null;
  #videoIndex = -1;
  #soundIndex = -1;
  #filter = new ReorderFilter(false);

  constructor(options: { key: StreamKey; streams: StreamProvider; log: Logger; metrics: EdgeMetrics }) {
    this.key = options.key;
    this.#log = options.log;
    this.#metrics = options.metrics;
    const subscription = options.streams.subscribe(options.key, this);
    this.#subscription = subscription;
    if (this.#closed) subscription.close();
  }

  /** Null until the stream has said anything. */
  get lastStatus(): StreamStatus | null {
    return this.#status;
  }

  get video(): VideoTrack | null {
    return this.#video;
  }

  get gop(): readonly PacketisedPicture[] {
    return this.#gop.pictures;
  }

  get readers(): number {
    return this.#readers.size;
  }

  attach(reader: FeedReader): void {
    this.#readers.add(reader);
  }

  detach(reader: FeedReader): void {
    this.#readers.delete(reader);
  }

  tracks(tracks: readonly Track[]): void {
    this.#videoIndex = tracks.findIndex((track) => track.kind === 'video');
    this.#soundIndex = tracks.findIndex((track) => track.kind === 'audio' && track.codec === 'opus');
    const video = tracks[this.#videoIndex];
    this.#video = video?.kind === 'video' ? video : null;
    this.#filter = new ReorderFilter(this.#video?.reorders ?? false);
    this.#gop.clear();
    if (this.#reported) this.#announce(this.#reported);
  }

  unit(unit: AccessUnit, replay: boolean): boolean {
    if (unit.kind === 'audio') {
      if (unit.track === this.#soundIndex && !replay) for (const reader of this.#readers) reader.sound?.(unit);
      return true;
    }
    if (unit.track !== this.#videoIndex) return true;
    if (!this.#filter.accepts(unit)) {
      if (this.#filter.unshowable && this.#status?.state !== 'unsupported') this.#refuse();
      return true;
    }
    const picture = packetise(unit);
    this.#gop.add(picture);
    this.#metrics.pictures.inc();
    for (const reader of this.#readers) reader.picture(this, picture, replay);
    return true;
  }

  status(status: StreamStatus): void {
    this.#reported = status;
    if (this.#filter.unshowable && status.state !== 'offline') return;
    if (status.state === 'offline') {
      this.#gop.clear();
      // What comes back may be another stream.
      this.#filter = new ReorderFilter(this.#video?.reorders ?? false);
    }
    this.#announce(status);
  }

  close(): void {
    this.#closed = true;
    this.#subscription?.close();
    this.#subscription = null;
    this.#readers.clear();
    this.#gop.clear();
  }

  #announce(status: StreamStatus): void {
    this.#status = status;
    for (const reader of this.#readers) reader.status(this, status);
  }

  #refuse(): void {
    this.#log.warn({ camera: this.key.camera, profile: this.key.profile }, 'B pictures are references: not showable');
    this.#gop.clear();
    this.#announce({
      state: 'unsupported',
      reason: 'REORDERED_PICTURES',
      detail: null,
      since: Date.now(),
      last_picture_at: this.#status?.last_picture_at ?? null,
      next_attempt_at: null,
    });
  }
}
