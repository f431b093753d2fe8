import type { AccessUnit } from '../access-unit.ts';
import { audioUnit } from '../audio-unit.ts';
import type { RtpPacket } from '../rtp/packet.ts';
import { dropPacket, PacketOrder } from '../rtp/packet-order.ts';
import type { RtpCounters, RtpTrackReceiver } from '../rtp/track-receiver.ts';

export interface OpusReceiverOptions {
  /** Payload type to take; null takes all. */
  readonly payloadType: number | null;
  readonly track?: number;
  readonly now?: () => number;
  onUnit(unit: AccessUnit): void;
}

/** Opus counts in 48 kHz whatever it was sampled with (RFC 7587 4.1). */
const clockRate = 48_000;

/** RTP packets of an Opus track (RFC 7587) to access units: every packet is one, with the time the sender gave it. */
export class OpusReceiver implements RtpTrackReceiver {
  readonly #options: OpusReceiverOptions;
  readonly #order: PacketOrder;
  #latest = Number.NEGATIVE_INFINITY;

  constructor(options: OpusReceiverOptions) {
    this.#options = options;
    const { payloadType, now } = options;
    this.#order = new PacketOrder({ payloadType, clockRate, ...(now === undefined ? {} : { now }) });
    this.#order.timeline.mayStepBack = false;
  }

  get counters(): Readonly<RtpCounters> {
    return this.#order.counters;
  }

  push(packet: RtpPacket, arrival: number): void {
    if (this.#order.take(packet) === dropPacket) return;
    const frame = Buffer.from(packet.payload);
    // Padding alone keeps a path open and is no sound.
    if (frame.length === 0) return;
    const pts = Math.max(this.#order.time(packet), this.#latest + 1);
    this.#latest = pts;
    this.#options.onUnit(audioUnit(this.#options.track ?? 0, frame, pts, arrival));
  }

  /** Nothing is ever held. */
  flush(): void {}

  timeOf(timestamp: number): number | null {
    return this.#order.timeline.peek(timestamp);
  }
}
