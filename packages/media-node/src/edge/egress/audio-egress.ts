import { randomInt } from 'node:crypto';
import { type AccessUnit, formatRtp } from '@marsad/media';
import type { EdgeMetrics } from '../edge-metrics.ts';
import type { Feed, FeedReader } from '../feed/feed.ts';
import type { Feeds } from '../feed/feeds.ts';
import { senderReport } from './rtcp.ts';
import type { PacketTransport } from './rtp-sender.ts';

/** RTP ticks of Opus per millisecond (RFC 7587 4.1). */
const TICKS = 48;
/** Sound further than this from where its time should be begins a new timeline. Milliseconds. */
const STEP = 500;

export interface AudioEgressOptions {
  readonly stream: string;
  readonly feeds: Feeds;
  readonly metrics: EdgeMetrics;
  readonly transport: PacketTransport;
  readonly ssrc: number;
  readonly payloadType: number;
}

/** The sound of one stream going to one viewer, frame by frame as it comes; what is lost is not sent again. */
export class AudioEgress implements FeedReader {
  readonly #options: AudioEgressOptions;
  readonly #start = performance.now();
  readonly #base = randomInt(0x7fffffff);
  #sequence = randomInt(0x10000);
  #feed: Feed | null = null;
  #offset: number | null = null;
  #last: { arrival: number; timestamp: number } | null = null;
  #packets = 0;
  #bytes = 0;
  #closed = false;

  constructor(options: AudioEgressOptions) {
    this.#options = options;
  }

  /** Sends from now on, or pauses. */
  play(playing: boolean): void {
    if (playing === (this.#feed !== null) || this.#closed) return;
    const { feeds, stream } = this.#options;
    if (playing) this.#feed = feeds.acquire({ camera: stream, profile: 'main' }, this);
    else this.#release();
  }

  picture(): void {}

  status(): void {}

  sound(frame: AccessUnit): void {
    const payload = frame.nals[0];
    if (!payload) return;
    const { transport, ssrc, payloadType, metrics } = this.#options;
    const timestamp = this.#timestamp(frame.pts);
    // The marker begins a stretch of sound (RFC 3551 4.1).
    const marker = this.#packets === 0;
    const sequence = this.#sequence;
    this.#sequence = (sequence + 1) & 0xffff;
    if (!transport.send(formatRtp({ payloadType, marker, sequence, timestamp, ssrc }, payload))) return;
    this.#packets++;
    this.#bytes += payload.length;
    metrics.packets.inc();
    metrics.bytes.inc(payload.length);
    const first = this.#last === null;
    this.#last = { arrival: frame.arrival, timestamp };
    if (first) this.second();
  }

  /** Sends a sender report, from which a player keeps sound and picture together. Called once a second. */
  second(): void {
    if (!this.#last || !this.#feed) return;
    const { transport, ssrc } = this.#options;
    const wallClock = Date.now();
    const timestamp = this.#last.timestamp + Math.round((wallClock - this.#last.arrival) * TICKS);
    transport.send(senderReport({ ssrc, wallClock, timestamp, packets: this.#packets, bytes: this.#bytes }));
  }

  close(): void {
    this.#closed = true;
    this.#release();
  }

  #timestamp(pts: number): number {
    const expected = this.#base + (performance.now() - this.#start) * TICKS;
    if (this.#offset === null || Math.abs(pts + this.#offset - expected) > STEP * TICKS) this.#offset = expected - pts;
    return Math.round(pts + this.#offset) % 0x1_0000_0000;
  }

  #release(): void {
    if (this.#feed) this.#options.feeds.release(this.#feed, this);
    this.#feed = null;
    this.#offset = null;
    this.#last = null;
  }
}
