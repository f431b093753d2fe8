import type { AccessUnit } from '../access-unit.ts';
import type { RtpPacket } from '../rtp/packet.ts';
import { dropPacket, PacketOrder } from '../rtp/packet-order.ts';
import type { RtpCounters, RtpTrackReceiver } from '../rtp/track-receiver.ts';
import type { VideoTrack } from '../track.ts';
import { AccessUnitAssembler } from './assembler.ts';
import { H264Depacketizer } from './depacketizer.ts';
import type { AssemblerCounters } from './picture-gate.ts';

export interface H264ReceiverOptions {
  /** Payload type to take; null takes all. */
  readonly payloadType: number | null;
  /** Parameter sets of the SDP, without start codes. */
  readonly parameterSets?: readonly Buffer[];
  /** `AccessUnit.track`. Default 0. */
  readonly track?: number;
  /** Ticks per second. Default 90,000. */
  readonly clockRate?: number;
  /** Default false: see `AccessUnitAssembler`. */
  readonly keepDamaged?: boolean;
  /** Longest access unit in bytes. Default 8 MiB. */
  readonly maxUnitBytes?: number;
  /** Monotonic clock in milliseconds. Default `performance.now`. */
  readonly now?: () => number;
  onUnit(unit: AccessUnit): void;
  /** Before the first unit of a track, and whenever a field of it changes. */
  onTrack(track: VideoTrack): void;
}

/** RTP packets of an H.264 track (RFC 6184) to access units. */
export class H264Receiver implements RtpTrackReceiver {
  readonly #order: PacketOrder;
  readonly #depacketizer: H264Depacketizer;
  readonly #assembler: AccessUnitAssembler;
  #timestamp = -1;

  constructor(options: H264ReceiverOptions) {
    const { payloadType, clockRate = 90_000, now, ...assembly } = options;
    this.#order = new PacketOrder({ payloadType, clockRate, ...(now === undefined ? {} : { now }) });
    const assembler = new AccessUnitAssembler({ ...assembly, clockRate });
    this.#assembler = assembler;
    this.#depacketizer = new H264Depacketizer({
      maxNalBytes: options.maxUnitBytes ?? 8_388_608,
      onNal: (nal) => assembler.nal(nal),
      onDamage: (header) => assembler.damage(header),
    });
  }

  get counters(): Readonly<RtpCounters> {
    const { counters } = this.#order;
    counters.malformed = this.#depacketizer.malformed + this.#assembler.malformedParameterSets;
    return counters;
  }

  /** Pictures passed on and dropped, by reason. */
  get pictures(): Readonly<AssemblerCounters> {
    return this.#assembler.counters;
  }

  /** The track in force; null before the first unit. */
  get track(): VideoTrack | null {
    return this.#assembler.track;
  }

  push(packet: RtpPacket, arrival: number): void {
    const missing = this.#order.take(packet);
    if (missing === dropPacket) return;
    if (missing > 0) {
      this.#depacketizer.gap();
      this.#assembler.gap(missing);
    }
    if (packet.timestamp !== this.#timestamp || missing > 0) {
      this.#timestamp = packet.timestamp;
      this.#depacketizer.endFragment();
      this.#order.timeline.mayStepBack = this.#assembler.mayReorder;
      this.#assembler.time(this.#order.time(packet), arrival);
    }
    this.#depacketizer.push(packet);
    if (packet.marker && !this.#depacketizer.fragmentOpen) this.#assembler.marker();
  }

  flush(): void {
    // A unit without its end is not whole, as far as can be known.
    this.#depacketizer.gap();
    this.#assembler.flush();
  }

  timeOf(timestamp: number): number | null {
    return this.#order.timeline.peek(timestamp);
  }
}
