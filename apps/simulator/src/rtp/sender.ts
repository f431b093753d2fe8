import { randomBytes } from 'node:crypto';
import type { PacketNumbers } from './packet-template.ts';

const NTP_EPOCH_SECONDS = 2_208_988_800;

export interface RtpSenderOptions {
  /** Ticks per second of the timestamps. */
  readonly clockRate: number;
  readonly channel: number;
}

/** Numbering of one track to one client, and its sender reports (RFC 3550 6.4.1). */
export class RtpSender {
  readonly #options: RtpSenderOptions;
  #ssrc = randomBytes(4).readUInt32BE();
  #sequence = randomBytes(2).readUInt16BE();
  #base = randomBytes(4).readUInt32BE();
  #packets = 0;
  #octets = 0;

  constructor(options: RtpSenderOptions) {
    this.#options = options;
  }

  get ssrc(): number {
    return this.#ssrc;
  }

  get nextSequence(): number {
    return this.#sequence;
  }

  /** RTP timestamp of a media time in ticks (any size). */
  timestamp(ticks: number): number {
    return ((ticks + this.#base) % 4294967296) >>> 0;
  }

  /** Numbers for the next packets of a picture or audio frame; they count as sent. */
  take(ticks: number, packets: number, octets: number): PacketNumbers {
    const numbers = {
      channel: this.#options.channel,
      sequence: this.#sequence,
      timestamp: this.timestamp(ticks),
      ssrc: this.#ssrc,
    };
    this.#sequence = (this.#sequence + packets) & 0xffff;
    this.#packets += packets;
    this.#octets += octets;
    return numbers;
  }

  /** The media clock steps by `seconds`, as of a camera whose clock was set. */
  jump(seconds: number): void {
    const ticks = Math.round(seconds * this.#options.clockRate);
    this.#base = (((this.#base + ticks) % 4294967296) + 4294967296) % 4294967296;
  }

  /** Another source and other sequence numbers, as of a camera that started anew. */
  restart(): void {
    this.#ssrc = randomBytes(4).readUInt32BE();
    this.#sequence = randomBytes(2).readUInt16BE();
    this.#packets = 0;
    this.#octets = 0;
  }

  /**
   * A compound of sender report and CNAME with its interleaved header in front (four bytes): the media time `ticks`
   * was the wall-clock time `epochMs`.
   */
  report(ticks: number, epochMs: number): Buffer {
    const cname = Buffer.from(`marsad-${this.#ssrc.toString(16).padStart(8, '0')}`);
    const sdesWords = 1 + Math.ceil((2 + cname.length + 1) / 4);
    const packet = Buffer.alloc(4 + 28 + 4 + sdesWords * 4);
    packet[0] = 0x24;
    packet[1] = this.#options.channel + 1;
    packet.writeUInt16BE(packet.length - 4, 2);
    packet[4] = 0x80;
    packet[5] = 200;
    packet.writeUInt16BE(6, 6);
    packet.writeUInt32BE(this.#ssrc, 8);
    const seconds = epochMs / 1000 + NTP_EPOCH_SECONDS;
    packet.writeUInt32BE(Math.floor(seconds) % 4294967296, 12);
    packet.writeUInt32BE(Math.floor((seconds % 1) * 4294967296), 16);
    packet.writeUInt32BE(this.timestamp(ticks), 20);
    packet.writeUInt32BE(this.#packets >>> 0, 24);
    packet.writeUInt32BE(this.#octets % 4294967296, 28);
    packet[32] = 0x81;
    packet[33] = 202;
    packet.writeUInt16BE(sdesWords, 34);
    packet.writeUInt32BE(this.#ssrc, 36);
    packet[40] = 1;
    packet[41] = cname.length;
    cname.copy(packet, 42);
    return packet;
  }
}
