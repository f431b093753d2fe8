import type { AccessUnit } from '../access-unit.ts';
import { audioUnit } from '../audio-unit.ts';
import type { RtpPacket } from '../rtp/packet.ts';
import { dropPacket, PacketOrder } from '../rtp/packet-order.ts';
import type { RtpCounters, RtpTrackReceiver } from '../rtp/track-receiver.ts';

export interface G711ReceiverOptions {
  /** Payload type to take; null takes all. */
  readonly payloadType: number | null;
  /** Default 8,000. */
  readonly clockRate?: number;
  readonly track?: number;
  readonly now?: () => number;
  onUnit(unit: AccessUnit): void;
}

/** RTP packets of a G.711 track (RFC 3551 4.5.14) to access units: the samples of one packet each. */
export class G711Receiver implements RtpTrackReceiver {
  readonly #options: G711ReceiverOptions;
  readonly #order: PacketOrder;
  #latest = Number.NEGATIVE_INFINITY;

  constructor(options: G711ReceiverOptions) {
    this.#options = options;
    const { payloadType, now } = options;
    this.#order = new PacketOrder({
      payloadType,
      clockRate: options.clockRate ?? 8000,
      ...(now === undefined ? {} : { now }),
    });
    this.#order.timeline.mayStepBack = false;
  }

  get counters(): Readonly<RtpCounters> {
    return this.#order.counters;
  }

  push(packet: RtpPacket, arrival: number): void {
    if (this.#order.take(packet) === dropPacket) return;
    const samples = Buffer.from(packet.payload);
    if (samples.length === 0) return;
    const pts = Math.max(this.#order.time(packet), this.#latest + 1);
    this.#latest = pts;
    this.#options.onUnit(audioUnit(this.#options.track ?? 0, samples, pts, arrival));
  }

  /** Nothing is ever held. */
  flush(): void {}

  timeOf(timestamp: number): number | null {
    return this.#order.timeline.peek(timestamp);
  }
}
