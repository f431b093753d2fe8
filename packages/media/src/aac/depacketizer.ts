import { BitReader } from '../bit-reader.ts';
import type { RtpPacket } from '../rtp/packet.ts';

export interface AacDepacketizerOptions {
  /** Lengths of the AU header's fields in bits (RFC 3640 3.2.1). */
  readonly sizeLength: number;
  readonly indexLength: number;
  readonly indexDeltaLength: number;
  /** One frame, in a buffer of its own; `index` counts the frames since the packet's timestamp. */
  onFrame(frame: Buffer, index: number): void;
}

const maxFrame = 65_536;

/**
 * RTP payloads of `mpeg4-generic` to AAC frames (RFC 3640 3.2, AAC-hbr): several frames in a packet, or one frame over
 * several packets. Packets must come in order; call `gap` where some are missing. Never throws.
 */
export class AacDepacketizer {
  /** Packets whose AU headers make no sense. */
  malformed = 0;
  readonly #options: AacDepacketizerOptions;
  #fragments: Buffer[] = [];
  #fragmentBytes = 0;
  #fragmentSize = 0;
  #fragmentTimestamp = 0;

  constructor(options: AacDepacketizerOptions) {
    this.#options = options;
  }

  push(packet: RtpPacket): void {
    const { buffer, payloadStart, payloadEnd } = packet;
    const { sizeLength, indexLength, indexDeltaLength } = this.#options;
    if (payloadEnd - payloadStart < 3) {
      this.#bad();
      return;
    }
    const headerBits = buffer.readUInt16BE(payloadStart);
    const headers = payloadStart + 2;
    let at = headers + Math.ceil(headerBits / 8);
    if (headerBits < sizeLength + indexLength || at > payloadEnd) {
      this.#bad();
      return;
    }
    const bits = new BitReader(buffer.subarray(headers, at));
    const sizes: number[] = [];
    let left = headerBits;
    while (left >= sizeLength + (sizes.length === 0 ? indexLength : indexDeltaLength)) {
      const extra = sizes.length === 0 ? indexLength : indexDeltaLength;
      sizes.push(bits.u(sizeLength));
      bits.skip(extra);
      left -= sizeLength + extra;
    }
    const only = sizes[0] ?? 0;
    if (sizes.length === 1 && only > payloadEnd - at) {
      this.#fragment(packet, at, only);
      return;
    }
    if (sizes.length === 1 && this.#fragmentBytes > 0 && only === this.#fragmentSize) {
      this.#fragment(packet, at, only);
      return;
    }
    this.gap();
    for (const [index, size] of sizes.entries()) {
      if (size === 0 || at + size > payloadEnd) {
        this.#bad();
        return;
      }
      this.#options.onFrame(Buffer.from(buffer.subarray(at, at + size)), index);
      at += size;
    }
  }

  /** Packets are missing: a frame in pieces is given up. */
  gap(): void {
    this.#fragments = [];
    this.#fragmentBytes = 0;
  }

  /** Every fragment names the size of the whole frame; all have the same timestamp (3.2.3.1). */
  #fragment(packet: RtpPacket, at: number, size: number): void {
    const { buffer, payloadEnd, timestamp } = packet;
    if (this.#fragmentBytes > 0 && (size !== this.#fragmentSize || timestamp !== this.#fragmentTimestamp)) this.gap();
    this.#fragmentSize = size;
    this.#fragmentTimestamp = timestamp;
    this.#fragmentBytes += payloadEnd - at;
    if (this.#fragmentBytes > maxFrame || this.#fragments.length > 256) {
      this.#bad();
      return;
    }
    this.#fragments.push(Buffer.from(buffer.subarray(at, payloadEnd)));
    if (this.#fragmentBytes >= size) {
      const frame = Buffer.concat(this.#fragments).subarray(0, size);
      this.gap();
      this.#options.onFrame(frame, 0);
    } else if (packet.marker) this.#bad();
  }

  #bad(): void {
    this.malformed++;
    this.gap();
  }
}
