import {
  formatRtcp,
  ReceptionStatistics,
  ReorderBuffer,
  type RtcpPacket,
  RtpPacket,
  type RtpTrackReceiver,
} from '@marsad/media';
import { readSenderRtcp } from './sender-rtcp.ts';

/** Takes the packets of one medium. They are valid only during the call. */
export interface PacketReceiver {
  /** The packet is `bytes[start … end - 1]`; by default all of them. */
  rtp(bytes: Buffer, start?: number, end?: number): void;
  rtcp(packet: Buffer): void;
}

/** The way the packets of one medium take, and reports about them go back. */
export interface MediaPath {
  readonly kind: 'tcp' | 'udp';
  /** Synchronisation source the sender announced, or null. */
  readonly ssrc: number | null;
  sendRtcp(packet: Buffer): void;
}

export interface TrackIntakeOptions {
  readonly receiver: RtpTrackReceiver;
  readonly clockRate: number;
  /** Our own synchronisation source, for reports. */
  readonly ssrc: number;
  /** The sender said that it stops (RTCP BYE). */
  readonly onGoodbye: () => void;
}

/**
 * Packets of one track as they come from the network, to its receiver: puts those of UDP in order, and keeps count for
 * the receiver reports that some cameras take as a sign of life (RFC 3550 6.4.2).
 */
export class TrackIntake implements PacketReceiver {
  readonly #options: TrackIntakeOptions;
  readonly #packet = new RtpPacket();
  #statistics: ReceptionStatistics | null = null;
  #ssrc = -1;
  #timestamp = -1;
  #now = 0;
  #arrival = 0;
  #path: MediaPath | null = null;
  #order: ReorderBuffer | null = null;
  #expiry: NodeJS.Timeout | null = null;

  constructor(options: TrackIntakeOptions) {
    this.#options = options;
  }

  /** The way the packets will take is known. */
  attach(path: MediaPath): void {
    this.#path = path;
    if (path.kind === 'udp')
      this.#order = new ReorderBuffer({ onPacket: (packet) => this.#take(packet, 0, packet.length) });
  }

  rtp(bytes: Buffer, start = 0, end = bytes.length): void {
    const order = this.#order;
    if (!order) {
      this.#take(bytes, start, end);
      return;
    }
    order.push(bytes.subarray(start, end));
    if (order.size > 0) this.#expireLater(order);
  }

  /** Never throws: what is no RTCP is ignored. */
  rtcp(packet: Buffer): void {
    if (readSenderRtcp(packet, this.#ssrc, this.#statistics)) this.#options.onGoodbye();
  }

  /** Sends a receiver report; an empty one before the first packet. */
  report(): void {
    const { ssrc } = this.#options;
    const block = this.#statistics?.report(performance.now()) ?? null;
    const packets: RtcpPacket[] = [
      { kind: 'rr', ssrc, reports: block ? [block] : [] },
      { kind: 'sdes', chunks: [{ ssrc, items: [{ type: 1, text: 'marsad' }] }] },
    ];
    this.#path?.sendRtcp(formatRtcp(packets));
  }

  close(): void {
    if (this.#expiry) clearTimeout(this.#expiry);
    this.#expiry = null;
    this.#order = null;
    this.#path = null;
  }

  #take(buffer: Buffer, start: number, end: number): void {
    const packet = this.#packet;
    if (!packet.read(buffer, start, end)) return;
    if (packet.ssrc !== this.#ssrc) {
      this.#ssrc = packet.ssrc;
      this.#statistics = new ReceptionStatistics({ ssrc: packet.ssrc, clockRate: this.#options.clockRate });
    }
    if (packet.timestamp !== this.#timestamp || this.#order) {
      // Over TCP the packets of a picture come in one read: the clocks are asked once for all of them.
      this.#timestamp = packet.timestamp;
      this.#now = performance.now();
      this.#arrival = Date.now();
    }
    this.#statistics?.packet(packet.sequence, packet.timestamp, this.#now);
    this.#options.receiver.push(packet, this.#arrival);
  }

  #expireLater(order: ReorderBuffer): void {
    if (this.#expiry || order.deadline === null) return;
    this.#expiry = setTimeout(
      () => {
        this.#expiry = null;
        order.expire();
        if (this.#order && order.size > 0) this.#expireLater(order);
      },
      Math.max(1, order.deadline - performance.now()),
    );
  }
}
