import { packetizeH264 } from '@marsad/media';

/** Bytes in front of each RTP payload: interleaved header (RFC 2326 10.12) and RTP header (RFC 3550 5.1). */
const FRAMING = 4 + 12;
const MAX_PAYLOAD = 1400;

/** What differs from client to client in packets that are else the same. */
export interface PacketNumbers {
  readonly channel: number;
  /** Number of the first packet; wraps at 16 bits. */
  readonly sequence: number;
  /** 32 bits, unsigned. */
  readonly timestamp: number;
  readonly ssrc: number;
}

/**
 * The packets of a piece of media, laid out once as they stand in an interleaved stream. For each client the whole is
 * copied and the numbers are filled in: that is all the work that hundreds of cameras cost.
 */
export class PacketTemplate {
  readonly bytes: Buffer;
  /** Offset of each packet's interleaved header. */
  readonly starts: readonly number[];
  /** Sum of the payloads, for sender reports. */
  readonly octets: number;

  /** `marker`: whether the last packet ends the picture. */
  constructor(payloads: readonly Buffer[], payloadType: number, marker: boolean) {
    const starts: number[] = [];
    this.octets = payloads.reduce((sum, payload) => sum + payload.length, 0);
    this.bytes = Buffer.alloc(this.octets + payloads.length * FRAMING);
    let at = 0;
    payloads.forEach((payload, index) => {
      starts.push(at);
      this.bytes[at] = 0x24;
      this.bytes.writeUInt16BE(payload.length + 12, at + 2);
      this.bytes[at + 4] = 0x80;
      this.bytes[at + 5] = payloadType | (marker && index === payloads.length - 1 ? 0x80 : 0);
      payload.copy(this.bytes, at + FRAMING);
      at += FRAMING + payload.length;
    });
    this.starts = starts;
  }

  /** Copies the packets to `target` at `offset`, with the client's numbers. */
  fill(target: Buffer, offset: number, numbers: PacketNumbers): void {
    this.bytes.copy(target, offset);
    let sequence = numbers.sequence;
    const { channel, timestamp, ssrc } = numbers;
    for (const start of this.starts) {
      let at = offset + start;
      target[at + 1] = channel;
      at += 6;
      target[at++] = sequence >>> 8;
      target[at++] = sequence;
      target[at++] = timestamp >>> 24;
      target[at++] = timestamp >>> 16;
      target[at++] = timestamp >>> 8;
      target[at++] = timestamp;
      target[at++] = ssrc >>> 24;
      target[at++] = ssrc >>> 16;
      target[at++] = ssrc >>> 8;
      target[at] = ssrc;
      sequence = (sequence + 1) & 0xffff;
    }
  }
}

/** RTP payloads of H.264 NAL units, each set apart: many cameras know no aggregation. */
export function h264Payloads(nals: readonly Buffer[]): Buffer[] {
  return packetizeH264(nals, { maxPayload: MAX_PAYLOAD, aggregate: false });
}

/** RTP payloads of H.265 NAL units: single NAL unit packets and FUs (RFC 7798 4.4.1, 4.4.3). */
export function h265Payloads(nals: readonly Buffer[]): Buffer[] {
  return nals.flatMap((nal) => {
    if (nal.length <= MAX_PAYLOAD) return [nal];
    const type = ((nal[0] ?? 0) >> 1) & 0x3f;
    return fragments(nal, 2, (first, last) =>
      Buffer.from([((nal[0] ?? 0) & 0x81) | (49 << 1), nal[1] ?? 1, (first ? 0x80 : 0) | (last ? 0x40 : 0) | type]),
    );
  });
}

function fragments(nal: Buffer, skip: number, header: (first: boolean, last: boolean) => Buffer): Buffer[] {
  const parts: Buffer[] = [];
  const room = MAX_PAYLOAD - 3;
  for (let at = skip; at < nal.length; at += room) {
    parts.push(Buffer.concat([header(at === skip, at + room >= nal.length), nal.subarray(at, at + room)]));
  }
  return parts;
}
