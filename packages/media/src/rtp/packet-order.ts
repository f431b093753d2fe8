import type { RtpPacket } from './packet.ts';
import { lateSequence, restartedSequence, SequenceTracker } from './sequence.ts';
import { RtpTimeline } from './timeline.ts';
import type { RtpCounters } from './track-receiver.ts';

export interface PacketOrderOptions {
  readonly clockRate: number;
  /** Only packets of this type are taken; null takes all. */
  readonly payloadType: number | null;
  /** Monotonic clock in milliseconds. */
  readonly now?: () => number;
}

/** Answer of `PacketOrder.take` for a packet to drop. */
export const dropPacket = -1;

/** What every receiver does first: payload type, source, sequence and time of a packet. */
export class PacketOrder {
  readonly counters: RtpCounters = { packets: 0, lost: 0, late: 0, foreign: 0, malformed: 0, restarts: 0, jumps: 0 };
  readonly timeline: RtpTimeline;
  readonly #payloadType: number | null;
  readonly #sequence = new SequenceTracker();
  #ssrc = -1;

  constructor(options: PacketOrderOptions) {
    this.#payloadType = options.payloadType;
    this.timeline = new RtpTimeline(options);
  }

  /** Packets missing before this one (Infinity: unknown number), or `dropPacket`. */
  take(packet: RtpPacket): number {
    if (this.#payloadType !== null && packet.payloadType !== this.#payloadType) {
      this.counters.foreign++;
      // Numbers run through all payload types of a source (RFC 3550 5.1): vendors' private packets are not loss.
      if (packet.ssrc === this.#ssrc) this.#sequence.pass(packet.sequence);
      return dropPacket;
    }
    let missing = 0;
    if (packet.ssrc !== this.#ssrc) {
      if (this.#ssrc !== -1) {
        this.counters.restarts++;
        this.timeline.bridge();
        this.#sequence.reset();
        missing = Number.POSITIVE_INFINITY;
      }
      this.#ssrc = packet.ssrc;
    }
    const verdict = this.#sequence.update(packet.sequence);
    if (verdict === lateSequence) {
      this.counters.late++;
      return dropPacket;
    }
    this.counters.packets++;
    if (verdict === restartedSequence) {
      this.counters.restarts++;
      return Number.POSITIVE_INFINITY;
    }
    this.counters.lost += verdict;
    return missing + verdict;
  }

  /** Time of a packet that `take` let through, in ticks. */
  time(packet: RtpPacket): number {
    const time = this.timeline.next(packet.timestamp);
    this.counters.jumps = this.timeline.jumps;
    return time;
  }
}
