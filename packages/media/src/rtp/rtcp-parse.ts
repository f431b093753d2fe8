import { MediaError } from '../media-error.ts';
import { type ReportBlock, type RtcpPacket, rtcpType } from './rtcp.ts';

/**
 * Reads a compound packet (RFC 3550 6.1). Rules about which packet comes first are not enforced (RFC 5506), and
 * a packet that is cut off ends the list.
 * @throws MediaError RTCP_MALFORMED when not even the first packet can be read.
 */
export function parseRtcp(buffer: Buffer): RtcpPacket[] {
  const packets: RtcpPacket[] = [];
  let at = 0;
  while (at + 4 <= buffer.length && packets.length < 256) {
    const first = buffer[at] ?? 0;
    const length = 4 + buffer.readUInt16BE(at + 2) * 4;
    if (first >> 6 !== 2 || at + length > buffer.length) break;
    const padding = (first & 0x20) !== 0 ? (buffer[at + length - 1] ?? 0) : 0;
    if (padding > length - 4) break;
    const packet = parseOne(buffer[at + 1] ?? 0, first & 0x1f, buffer.subarray(at + 4, at + length - padding));
    if (packet === null) break;
    packets.push(packet);
    at += length;
  }
  if (packets.length === 0) throw new MediaError('RTCP_MALFORMED', `${buffer.length} bytes are no RTCP packet`);
  return packets;
}

function parseOne(type: number, count: number, body: Buffer): RtcpPacket | null {
  switch (type) {
    case rtcpType.sr:
      if (body.length < 24) return null;
      return {
        kind: 'sr',
        ssrc: body.readUInt32BE(0),
        ntp: { seconds: body.readUInt32BE(4), fraction: body.readUInt32BE(8) },
        rtpTimestamp: body.readUInt32BE(12),
        packetCount: body.readUInt32BE(16),
        octetCount: body.readUInt32BE(20),
        reports: reportBlocks(body, 24, count),
      };
    case rtcpType.rr:
      if (body.length < 4) return null;
      return { kind: 'rr', ssrc: body.readUInt32BE(0), reports: reportBlocks(body, 4, count) };
    case rtcpType.sdes:
      return { kind: 'sdes', chunks: descriptionChunks(body, count) };
    case rtcpType.bye: {
      const sources = Math.min(count, body.length >> 2);
      const ssrcs = Array.from({ length: sources }, (_, i) => body.readUInt32BE(i * 4));
      const text = body.subarray(sources * 4 + 1, sources * 4 + 1 + (body[sources * 4] ?? 0));
      return { kind: 'bye', ssrcs, reason: text.length > 0 ? text.toString('utf8') : null };
    }
    case rtcpType.rtpFeedback:
    case rtcpType.payloadFeedback:
      return feedback(type, count, body);
    default:
      return { kind: 'other', packetType: type, format: count, body: Buffer.from(body) };
  }
}

function feedback(type: number, format: number, body: Buffer): RtcpPacket | null {
  if (body.length < 8) return null;
  const sender = body.readUInt32BE(0);
  const media = body.readUInt32BE(4);
  if (type === rtcpType.rtpFeedback && format === 1) {
    const sequences: number[] = [];
    for (let at = 8; at + 4 <= body.length && sequences.length < 4096; at += 4) {
      const first = body.readUInt16BE(at);
      const mask = body.readUInt16BE(at + 2);
      sequences.push(first);
      for (let bit = 0; bit < 16; bit++) if ((mask >> bit) & 1) sequences.push((first + bit + 1) & 0xffff);
    }
    return { kind: 'nack', sender, media, sequences };
  }
  if (type === rtcpType.payloadFeedback && format === 1) return { kind: 'pli', sender, media };
  if (type === rtcpType.payloadFeedback && format === 4) {
    const entries: { ssrc: number; sequence: number }[] = [];
    for (let at = 8; at + 8 <= body.length && entries.length < 256; at += 8) {
      entries.push({ ssrc: body.readUInt32BE(at), sequence: body[at + 4] ?? 0 });
    }
    return { kind: 'fir', sender, media, entries };
  }
  return { kind: 'other', packetType: type, format, body: Buffer.from(body) };
}

function reportBlocks(body: Buffer, from: number, count: number): ReportBlock[] {
  const blocks: ReportBlock[] = [];
  for (let at = from; at + 24 <= body.length && blocks.length < count; at += 24) {
    blocks.push({
      ssrc: body.readUInt32BE(at),
      fractionLost: body[at + 4] ?? 0,
      cumulativeLost: body.readIntBE(at + 5, 3),
      highestSequence: body.readUInt32BE(at + 8),
      jitter: body.readUInt32BE(at + 12),
      lastSenderReport: body.readUInt32BE(at + 16),
      delaySinceLastSenderReport: body.readUInt32BE(at + 20),
    });
  }
  return blocks;
}

function descriptionChunks(body: Buffer, count: number): { ssrc: number; items: { type: number; text: string }[] }[] {
  const chunks: { ssrc: number; items: { type: number; text: string }[] }[] = [];
  let at = 0;
  while (at + 4 <= body.length && chunks.length < count) {
    const items: { type: number; text: string }[] = [];
    chunks.push({ ssrc: body.readUInt32BE(at), items });
    at += 4;
    while (at + 2 <= body.length && body[at] !== 0) {
      const length = body[at + 1] ?? 0;
      items.push({ type: body[at] ?? 0, text: body.toString('utf8', at + 2, at + 2 + length) });
      at += 2 + length;
    }
    // At least one zero ends the items; the next chunk begins at a word's beginning.
    at = (at + 4) & ~3;
  }
  return chunks;
}
