import { HEADROOM, type PacketisedPicture } from '../feed/packetised-picture.ts';
import type { SentPacket } from './sent-pictures.ts';

/** Where packets go. `send` copies before it returns, and answers false when the packet was not taken. */
export interface PacketTransport {
  send(packet: Buffer): boolean;
}

export interface RtpStreamOptions {
  readonly ssrc: number;
  readonly payloadType: number;
  /** Id of the playout-delay header extension as negotiated; null when the viewer did not take it. */
  readonly playoutDelayId: number | null;
}

/** Playout delay asked of the player, units of 10 ms: as soon as possible, and never more than 200 ms. */
const MIN_DELAY = 0;
const MAX_DELAY = 20;

/** Writes one viewer's RTP headers (RFC 3550 5.1) into the shared packets and hands them over. */
export class RtpSender {
  readonly #transport: PacketTransport;
  readonly #options: RtpStreamOptions;
  #extension: number;
  #sequence: number;
  packets = 0;
  bytes = 0;

  constructor(transport: PacketTransport, options: RtpStreamOptions, firstSequence: number) {
    this.#transport = transport;
    this.#options = options;
    this.#sequence = firstSequence & 0xffff;
    this.#extension = options.playoutDelayId ?? 0;
  }

  get ssrc(): number {
    return this.#options.ssrc;
  }

  get nextSequence(): number {
    return this.#sequence;
  }

  /** The viewer did not take the header extension: packets go without it from now on. */
  withoutExtension(): void {
    this.#extension = 0;
  }

  /** Sends the whole picture; false when the transport stopped taking packets in the middle of it. */
  picture(picture: PacketisedPicture, timestamp: number): boolean {
    const count = picture.packets.length;
    for (let index = 0; index < count; index++) {
      const sequence = this.#sequence;
      this.#sequence = (sequence + 1) & 0xffff;
      if (!this.#packet(picture, index, sequence, timestamp)) return false;
    }
    this.packets += count;
    this.bytes += picture.bytes;
    return true;
  }

  /** Sends one packet again under the sequence number it had. */
  again(sent: SentPacket, sequence: number): boolean {
    return this.#packet(sent.picture, sent.index, sequence, sent.timestamp);
  }

  #packet(picture: PacketisedPicture, index: number, sequence: number, timestamp: number): boolean {
    const extended = this.#extension > 0;
    const packet = extended ? picture.packets[index] : picture.barePackets[index];
    if (!packet) return false;
    const { ssrc, payloadType } = this.#options;
    packet[0] = extended ? 0x90 : 0x80;
    packet[1] = index === picture.packets.length - 1 ? payloadType | 0x80 : payloadType;
    packet[2] = sequence >>> 8;
    packet[3] = sequence & 0xff;
    packet[4] = (timestamp >>> 24) & 0xff;
    packet[5] = (timestamp >>> 16) & 0xff;
    packet[6] = (timestamp >>> 8) & 0xff;
    packet[7] = timestamp & 0xff;
    packet[8] = (ssrc >>> 24) & 0xff;
    packet[9] = (ssrc >>> 16) & 0xff;
    packet[10] = (ssrc >>> 8) & 0xff;
    packet[11] = ssrc & 0xff;
    if (extended) {
      packet[12] = 0xbe;
      packet[13] = 0xde;
      packet[14] = 0;
      packet[15] = 1;
      packet[16] = (this.#extension << 4) | 2;
      packet[17] = MIN_DELAY >>> 4;
      packet[18] = ((MIN_DELAY & 0x0f) << 4) | (MAX_DELAY >>> 8);
      packet[HEADROOM - 1] = MAX_DELAY & 0xff;
    }
    return this.#transport.send(packet);
  }
}
