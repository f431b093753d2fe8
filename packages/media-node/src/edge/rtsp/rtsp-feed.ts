import type { StreamStatus } from '@marsad/contract';
import type { AccessUnit, Track, VideoTrack } from '@marsad/media';
import type { StreamKey, StreamProvider, StreamSink, StreamSubscription } from '../../stream-provider.ts';
import type { EdgeMetrics } from '../edge-metrics.ts';
import { GopCache } from '../feed/gop-cache.ts';
import { drawnTogether, type FramedUnit } from './framed-unit.ts';
import { OutgoingTrack } from './outgoing-track.ts';

/** More than this is not kept for who joins: they start at the next key picture. Bytes. */
const MAX_REPLAY = 8 * 1024 * 1024;
/** Between replayed pictures, ticks of 90 kHz: one millisecond. */
const REPLAY_STEP = 90;
/** Between sender reports, seconds (RFC 3550 6.2). */
const REPORT_INTERVAL = 5;
/** Nothing for this long, and what comes next counts as another clock. Milliseconds. */
const SILENCE = 500;

/** Whoever takes a feed's units. Must not throw. */
export interface RtspReader {
  /** True when it was taken. */
  unit(unit: FramedUnit): boolean;
  /** A framed sender report of a track. */
  report(medium: number, report: Buffer): void;
  status(status: StreamStatus): void;
  /** The stream goes on in a form that the reader was not told of: it has to connect anew. */
  outdated(): void;
}

export interface RtspFeedOptions {
  readonly key: StreamKey;
  readonly streams: StreamProvider;
  readonly metrics: EdgeMetrics;
  /** Monotonic clock in milliseconds. */
  readonly now?: () => number;
}

/**
 * One subscription of this edge to one stream for all its RTSP readers, B pictures and sound included. Each unit is
 * packetised and framed once; SSRC, sequence numbers and times are the same for all readers.
 */
export class RtspFeed implements StreamSink {
  readonly key: StreamKey;
  readonly #metrics: EdgeMetrics;
  readonly #now: () => number;
  readonly #playing = new Set<RtspReader>();
  readonly #attached = new Set<RtspReader>();
  readonly #gop = new GopCache<FramedUnit>(MAX_REPLAY);
  readonly #waiting = new Set<() => void>();
  #subscription: StreamSubscription | null = null;
  #closed = false;
  #status: StreamStatus | null = null;
  /** By medium. */
  #outgoing: (OutgoingTrack | undefined)[] = [];
  /** Index of a stream's track → medium; -1 for those that are not sent. */
  #media: number[] = [];
  #flowing = false;
  #needsKey = false;
  #lastUnit = Number.NEGATIVE_INFINITY;
  #untilReport = REPORT_INTERVAL;
  #replay: readonly FramedUnit[] | null = null;

  constructor(options: RtspFeedOptions) {
    this.key = options.key;
    this.#metrics = options.metrics;
    this.#now = options.now ?? (() => performance.now());
    const subscription = options.streams.subscribe(options.key, this);
    this.#subscription = subscription;
    if (this.#closed) subscription.close();
  }

  get lastStatus(): StreamStatus | null {
    return this.#status;
  }

  get video(): VideoTrack | null {
    const track = this.#outgoing[0]?.track;
    return track?.kind === 'video' ? track : null;
  }

  /** By medium: video first, then sound where there is some. */
  get outgoing(): readonly OutgoingTrack[] {
    return this.#outgoing.filter((track) => track !== undefined);
  }

  /** Those connected, playing or not. */
  get readers(): number {
    return this.#attached.size;
  }

  attach(reader: RtspReader): void {
    this.#attached.add(reader);
  }

  detach(reader: RtspReader): void {
    this.#attached.delete(reader);
    this.#playing.delete(reader);
  }

  /** Live units go to the reader from now on. What it is to begin with it asks of `gop` in the same moment. */
  play(reader: RtspReader): void {
    this.#playing.add(reader);
  }

  pause(reader: RtspReader): void {
    this.#playing.delete(reader);
  }

  /** The pictures since the last key picture, or those of them from sequence number `from` on; drawn together in time. */
  gop(from = Number.NEGATIVE_INFINITY): readonly FramedUnit[] {
    const { pictures } = this.#gop;
    if ((pictures[0]?.sequence ?? 0) >= from) {
      // Shared by all who join before the next picture.
      this.#replay ??= drawnTogether(pictures, REPLAY_STEP);
      return this.#replay;
    }
    return drawnTogether(
      pictures.filter((picture) => picture.sequence >= from),
      REPLAY_STEP,
    );
  }

  /**
   * True once the stream is there and has said what it carries; false when it has not within `patience` milliseconds, or
   * says that there is nothing to be had.
   */
  async described(patience: number): Promise<boolean> {
    const deadline = this.#now() + patience;
    while (!this.#isDescribed && !this.#isHopeless && !this.#closed) {
      const left = deadline - this.#now();
      if (left <= 0) return false;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.add(resolve);
      const timer = setTimeout(resolve, left);
      await promise;
      clearTimeout(timer);
      this.#waiting.delete(resolve);
    }
    return this.#isDescribed && !this.#closed;
  }

  tracks(tracks: readonly Track[]): void {
    const chosen = [tracks.find((track) => track.kind === 'video'), tracks.find((track) => track.kind === 'audio')];
    this.#media = tracks.map((track) => chosen.indexOf(track));
    const silent = this.#now() - this.#lastUnit > SILENCE;
    let outdated = false;
    this.#outgoing = chosen.map((track, medium) => {
      const before = this.#outgoing[medium];
      if (!track) return undefined;
      if (before?.replace(track)) {
        if (silent) before.interrupted();
        return before;
      }
      if (before) outdated = true;
      return new OutgoingTrack(track, medium, this.#now);
    });
    this.#clear();
    if (outdated) for (const reader of [...this.#attached]) reader.outdated();
    this.#wake();
  }

  unit(unit: AccessUnit, replay: boolean): boolean {
    const medium = this.#media[unit.track] ?? -1;
    const outgoing = this.#outgoing[medium];
    if (!outgoing) return true;
    if (replay && this.#playing.size > 0) {
      // Readers have seen some of it, in other packets: they go on at the next key picture.
      this.#needsKey = true;
      return true;
    }
    if (this.#needsKey && medium === 0) {
      if (!unit.key) return true;
      this.#needsKey = false;
    }
    this.#lastUnit = this.#now();
    const framed = outgoing.frame(unit);
    if (medium === 0) {
      this.#gop.add(framed);
      this.#replay = null;
      this.#metrics.pictures.inc();
    }
    if (!this.#flowing) {
      this.#flowing = true;
      this.#wake();
    }
    if (this.#playing.size === 0) return true;
    let taken = 0;
    for (const reader of this.#playing) if (reader.unit(framed)) taken++;
    this.#metrics.packets.inc(taken * framed.starts.length);
    this.#metrics.bytes.inc(taken * framed.bytes);
    return true;
  }

  status(status: StreamStatus): void {
    this.#status = status;
    if (status.state === 'offline') {
      this.#flowing = false;
      this.#clear();
    }
    for (const reader of this.#attached) reader.status(status);
    this.#wake();
  }

  /** To be called once a second. */
  second(): void {
    if (--this.#untilReport > 0) return;
    this.#untilReport = REPORT_INTERVAL;
    if (this.#playing.size === 0) return;
    for (const track of this.outgoing) {
      const report = track.report(Date.now());
      if (report) for (const reader of this.#playing) reader.report(track.medium, report);
    }
  }

  close(): void {
    this.#closed = true;
    this.#subscription?.close();
    this.#subscription = null;
    this.#playing.clear();
    this.#attached.clear();
    this.#clear();
    this.#wake();
  }

  get #isDescribed(): boolean {
    const state = this.#status?.state;
    return this.#outgoing[0] !== undefined && (this.#flowing || state === 'live' || state === 'frozen');
  }

  get #isHopeless(): boolean {
    const { state, reason } = this.#status ?? {};
    return state === 'unsupported' || state === 'unauthorized' || reason === 'HIDDEN' || reason === 'NOT_PUBLISHED';
  }

  #clear(): void {
    this.#gop.clear();
    this.#replay = null;
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
  }
}
