import { nalType, typeOfNal } from './nal.ts';

export interface H264PacketizerOptions {
  /** Longest payload in bytes, RTP header not counted. Default 1,200. */
  readonly maxPayload?: number;
  /** Bytes left free before each payload, for headers to be written in place. Default 0. */
  readonly headroom?: number;
  /** Puts small neighbours (parameter sets, SEI) into one STAP-A. Default true. */
  readonly aggregate?: boolean;
}

/**
 * One access unit to RTP payloads of packetization mode 1 (RFC 6184 5.6, 5.7.1, 5.8), in buffers of their own: after
 * `headroom` free bytes each holds one payload. The marker bit belongs on the last. Empty NAL units are left out.
 */
export function packetizeH264(nals: readonly Buffer[], options: H264PacketizerOptions = {}): Buffer[] {
  const maxPayload = Math.max(16, Math.min(options.maxPayload ?? 1200, 65_000));
  const headroom = options.headroom ?? 0;
  const packets: Buffer[] = [];
  let group: Buffer[] = [];
  let groupBytes = 1;
  const flush = () => {
    if (group.length === 1 && group[0] !== undefined) packets.push(single(group[0], headroom));
    else if (group.length > 1) packets.push(stapA(group, groupBytes, headroom));
    group = [];
    groupBytes = 1;
  };
  for (const nal of nals) {
    if (nal.length === 0) continue;
    if (nal.length > maxPayload) {
      flush();
      fragment(packets, nal, maxPayload, headroom);
      continue;
    }
    if (options.aggregate === false || groupBytes + 2 + nal.length > maxPayload) flush();
    group.push(nal);
    groupBytes += 2 + nal.length;
    // Slices close a group: a receiver should not wait for what comes behind one.
    if (typeOfNal(nal) <= nalType.idr) flush();
  }
  flush();
  return packets;
}

function single(nal: Buffer, headroom: number): Buffer {
  const packet = Buffer.allocUnsafe(headroom + nal.length);
  nal.copy(packet, headroom);
  return packet;
}

function stapA(nals: readonly Buffer[], bytes: number, headroom: number): Buffer {
  const packet = Buffer.allocUnsafe(headroom + bytes);
  let forbidden = 0;
  let refIdc = 0;
  let at = headroom + 1;
  for (const nal of nals) {
    forbidden |= (nal[0] ?? 0) & 0x80;
    refIdc = Math.max(refIdc, (nal[0] ?? 0) & 0x60);
    packet.writeUInt16BE(nal.length, at);
    nal.copy(packet, at + 2);
    at += 2 + nal.length;
  }
  packet[headroom] = forbidden | refIdc | nalType.stapA;
  return packet;
}

function fragment(packets: Buffer[], nal: Buffer, maxPayload: number, headroom: number): void {
  const header = nal[0] ?? 0;
  const count = Math.ceil((nal.length - 1) / (maxPayload - 2));
  // Fragments of equal size: a small last one costs as much as a full one.
  const size = Math.ceil((nal.length - 1) / count);
  for (let at = 1; at < nal.length; at += size) {
    const end = Math.min(at + size, nal.length);
    const packet = Buffer.allocUnsafe(headroom + 2 + end - at);
    packet[headroom] = (header & 0xe0) | nalType.fuA;
    packet[headroom + 1] = (at === 1 ? 0x80 : 0) | (end === nal.length ? 0x40 : 0) | (header & 0x1f);
    nal.copy(packet, headroom + 2, at, end);
    packets.push(packet);
  }
}
