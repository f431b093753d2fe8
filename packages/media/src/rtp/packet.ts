import { MediaError } from '../media-error.ts';

const nothing = Buffer.alloc(0);

/**
 * Header of an RTP packet (RFC 3550 5.1) read in place. Made to be used again: `read` overwrites every field, and the
 * fields point into the buffer given, so they are valid as long as that buffer is.
 */
export class RtpPacket {
  buffer: Buffer = nothing;
  payloadType = 0;
  marker = false;
  /** 16 bits. */
  sequence = 0;
  /** 32 bits. */
  timestamp = 0;
  ssrc = 0;
  csrcStart = 12;
  csrcCount = 0;
  /** Profile word of the header extension, or -1 without one (5.3.1). */
  extensionProfile = -1;
  extensionStart = 0;
  extensionEnd = 0;
  /** Payload is `buffer[payloadStart … payloadEnd - 1]`, padding left out. */
  payloadStart = 0;
  payloadEnd = 0;

  /** Reads `buffer[from … to - 1]`. False when the bytes are no RTP packet; then the fields are of no meaning. */
  read(buffer: Buffer, from = 0, to = buffer.length): boolean {
    if (to - from < 12) return false;
    const first = buffer[from] ?? 0;
    if (first >> 6 !== 2) return false;
    const second = buffer[from + 1] ?? 0;
    this.buffer = buffer;
    this.marker = second >= 0x80;
    this.payloadType = second & 0x7f;
    this.sequence = ((buffer[from + 2] ?? 0) << 8) | (buffer[from + 3] ?? 0);
    this.timestamp = uint32(buffer, from + 4);
    this.ssrc = uint32(buffer, from + 8);
    this.csrcStart = from + 12;
    this.csrcCount = first & 0x0f;
    let start = from + 12 + this.csrcCount * 4;
    this.extensionProfile = -1;
    if ((first & 0x10) !== 0) {
      if (start + 4 > to) return false;
      this.extensionProfile = ((buffer[start] ?? 0) << 8) | (buffer[start + 1] ?? 0);
      this.extensionStart = start + 4;
      start += 4 + (((buffer[start + 2] ?? 0) << 8) | (buffer[start + 3] ?? 0)) * 4;
      this.extensionEnd = start;
    }
    let end = to;
    if ((first & 0x20) !== 0) {
      const padding = buffer[to - 1] ?? 0;
      if (padding === 0) return false;
      end -= padding;
    }
    if (start > end) return false;
    this.payloadStart = start;
    this.payloadEnd = end;
    return true;
  }

  /** A view of the payload. */
  get payload(): Buffer {
    return this.buffer.subarray(this.payloadStart, this.payloadEnd);
  }

  /** Contributing sources, in a new array. */
  get csrc(): number[] {
    return Array.from({ length: this.csrcCount }, (_, i) => this.buffer.readUInt32BE(this.csrcStart + i * 4));
  }
}

function uint32(buffer: Buffer, at: number): number {
  const high = ((buffer[at] ?? 0) << 24) | ((buffer[at + 1] ?? 0) << 16);
  return (high | ((buffer[at + 2] ?? 0) << 8) | (buffer[at + 3] ?? 0)) >>> 0;
}

/** @throws MediaError RTP_MALFORMED */
export function parseRtp(buffer: Buffer): RtpPacket {
  const packet = new RtpPacket();
  if (!packet.read(buffer)) throw new MediaError('RTP_MALFORMED', `${buffer.length} bytes are no RTP packet`);
  return packet;
}

export interface RtpHeader {
  readonly payloadType: number;
  readonly marker: boolean;
  /** Only the low 16 bits are written. */
  readonly sequence: number;
  /** Only the low 32 bits are written. */
  readonly timestamp: number;
  readonly ssrc: number;
}

/** Length of a header without CSRC and extension. */
export const rtpHeaderLength = 12;

/** Writes a plain header of 12 bytes at `offset`. */
export function writeRtpHeader(buffer: Buffer, offset: number, header: RtpHeader): void {
  buffer[offset] = 0x80;
  buffer[offset + 1] = (header.marker ? 0x80 : 0) | (header.payloadType & 0x7f);
  buffer.writeUInt16BE(header.sequence & 0xffff, offset + 2);
  // Unwrapped timestamps may be negative or beyond 32 bits.
  buffer.writeUInt32BE(((header.timestamp % 0x1_0000_0000) + 0x1_0000_0000) % 0x1_0000_0000, offset + 4);
  buffer.writeUInt32BE(header.ssrc >>> 0, offset + 8);
}

/** A whole packet in a buffer of its own. */
export function formatRtp(header: RtpHeader, payload: Buffer): Buffer {
  const packet = Buffer.allocUnsafe(rtpHeaderLength + payload.length);
  writeRtpHeader(packet, 0, header);
  payload.copy(packet, rtpHeaderLength);
  return packet;
}
