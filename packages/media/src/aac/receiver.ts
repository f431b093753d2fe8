import type { AccessUnit } from '../access-unit.ts';
import { audioUnit } from '../audio-unit.ts';
import type { RtpPacket } from '../rtp/packet.ts';
import { dropPacket, PacketOrder } from '../rtp/packet-order.ts';
import type { RtpCounters, RtpTrackReceiver } from '../rtp/track-receiver.ts';
import type { AacSdpTrack } from '../sdp/tracks.ts';
import { parseAudioConfig } from './audio-config.ts';
import { AacDepacketizer } from './depacketizer.ts';

export interface AacReceiverOptions {
  /** Payload type to take; null takes all. */
  readonly payloadType: number | null;
  readonly clockRate: number;
  /** AudioSpecificConfig. */
  readonly config: Buffer;
  /** AU header lengths in bits; AAC-hbr (13, 3, 3) by default. */
  readonly format?: Pick<AacSdpTrack, 'sizeLength' | 'indexLength' | 'indexDeltaLength'>;
  readonly track?: number;
  readonly now?: () => number;
  onUnit(unit: AccessUnit): void;
}

/** RTP packets of an AAC track (RFC 3640) to access units, one frame each. */
export class AacReceiver implements RtpTrackReceiver {
  readonly #options: AacReceiverOptions;
  readonly #order: PacketOrder;
  readonly #depacketizer: AacDepacketizer;
  readonly #frameTicks: number;
  #pts = 0;
  #arrival = 0;
  #latest = Number.NEGATIVE_INFINITY;

  /** @throws MediaError AAC_MALFORMED when the configuration cannot be read. */
  constructor(options: AacReceiverOptions) {
    this.#options = options;
    this.#order = new PacketOrder(options);
    this.#order.timeline.mayStepBack = false;
    const { frameLength, sampleRate } = parseAudioConfig(options.config);
    this.#frameTicks = Math.round((frameLength * options.clockRate) / sampleRate);
    this.#depacketizer = new AacDepacketizer({
      ...(options.format ?? { sizeLength: 13, indexLength: 3, indexDeltaLength: 3 }),
      onFrame: (frame, index) => this.#emit(frame, index),
    });
  }

  get counters(): Readonly<RtpCounters> {
    this.#order.counters.malformed = this.#depacketizer.malformed;
    return this.#order.counters;
  }

  push(packet: RtpPacket, arrival: number): void {
    const missing = this.#order.take(packet);
    if (missing === dropPacket) return;
    if (missing > 0) this.#depacketizer.gap();
    this.#pts = this.#order.time(packet);
    this.#arrival = arrival;
    this.#depacketizer.push(packet);
  }

  flush(): void {
    this.#depacketizer.gap();
  }

  timeOf(timestamp: number): number | null {
    return this.#order.timeline.peek(timestamp);
  }

  #emit(frame: Buffer, index: number): void {
    const pts = Math.max(this.#pts + index * this.#frameTicks, this.#latest + 1);
    this.#latest = pts;
    this.#options.onUnit(audioUnit(this.#options.track ?? 0, frame, pts, this.#arrival));
  }
}
