import { MediaError } from '../media-error.ts';
import { type ReportBlock, type RtcpPacket, rtcpType } from './rtcp.ts';

/**
 * Writes a compound packet, in the order given.
 * @throws MediaError RTCP_MALFORMED for more than 31 reports, chunks or sources in a packet, or a text over 255 bytes.
 */
export function formatRtcp(packets: readonly RtcpPacket[]): Buffer {
  return Buffer.concat(packets.map(formatOne));
}

function formatOne(packet: RtcpPacket): Buffer {
  switch (packet.kind) {
    case 'sr': {
      const { ssrc, ntp, rtpTimestamp, packetCount, octetCount, reports } = packet;
      const info = words(ssrc, ntp.seconds, ntp.fraction, rtpTimestamp, packetCount, octetCount);
      return framed(rtcpType.sr, reports.length, Buffer.concat([info, ...reports.map(block)]));
    }
    case 'rr':
      return framed(
        rtcpType.rr,
        packet.reports.length,
        Buffer.concat([words(packet.ssrc), ...packet.reports.map(block)]),
      );
    case 'sdes':
      return framed(rtcpType.sdes, packet.chunks.length, Buffer.concat(packet.chunks.map(chunk)));
    case 'bye': {
      const reason = packet.reason === null ? [] : [padded(text(packet.reason))];
      return framed(rtcpType.bye, packet.ssrcs.length, Buffer.concat([words(...packet.ssrcs), ...reason]));
    }
    case 'nack':
      return framed(
        rtcpType.rtpFeedback,
        1,
        Buffer.concat([words(packet.sender, packet.media), ...nackItems(packet.sequences)]),
      );
    case 'pli':
      return framed(rtcpType.payloadFeedback, 1, words(packet.sender, packet.media));
    case 'fir': {
      const entries = packet.entries.map(({ ssrc, sequence }) => words(ssrc, (sequence & 0xff) * 2 ** 24));
      return framed(rtcpType.payloadFeedback, 4, Buffer.concat([words(packet.sender, packet.media), ...entries]));
    }
    case 'other':
      return framed(packet.packetType, packet.format, padded(packet.body));
  }
}

function framed(type: number, count: number, body: Buffer): Buffer {
  if (count > 31) throw new MediaError('RTCP_MALFORMED', 'more than 31 entries in a packet');
  const header = Buffer.from([0x80 | count, type, 0, 0]);
  header.writeUInt16BE(body.length / 4, 2);
  return Buffer.concat([header, body]);
}

function words(...values: number[]): Buffer {
  const buffer = Buffer.allocUnsafe(values.length * 4);
  for (const [i, value] of values.entries()) buffer.writeUInt32BE(value >>> 0, i * 4);
  return buffer;
}

function padded(bytes: Buffer, atLeast = 0): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(atLeast + ((4 - ((bytes.length + atLeast) % 4)) % 4))]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  if (bytes.length > 255) throw new MediaError('RTCP_MALFORMED', 'text over 255 bytes');
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

function block(report: ReportBlock): Buffer {
  const buffer = Buffer.allocUnsafe(24);
  buffer.writeUInt32BE(report.ssrc, 0);
  buffer[4] = report.fractionLost;
  buffer.writeIntBE(Math.max(-0x80_0000, Math.min(0x7f_ffff, report.cumulativeLost)), 5, 3);
  buffer.writeUInt32BE(report.highestSequence, 8);
  buffer.writeUInt32BE(report.jitter, 12);
  buffer.writeUInt32BE(report.lastSenderReport, 16);
  buffer.writeUInt32BE(report.delaySinceLastSenderReport, 20);
  return buffer;
}

function chunk(one: { ssrc: number; items: readonly { type: number; text: string }[] }): Buffer {
  const items = one.items.map((item) => Buffer.concat([Buffer.from([item.type]), text(item.text)]));
  return Buffer.concat([words(one.ssrc), padded(Buffer.concat(items), 1)]);
}

/** Packet id and bit mask of the 16 behind it (RFC 4585 6.2.1), as few as the order given allows. */
function nackItems(sequences: readonly number[]): Buffer[] {
  const items: Buffer[] = [];
  for (let i = 0; i < sequences.length; ) {
    const first = sequences[i++] ?? 0;
    let mask = 0;
    while (i < sequences.length) {
      const distance = ((sequences[i] ?? 0) - first) & 0xffff;
      if (distance === 0 || distance > 16 || mask >= 1 << (distance - 1)) break;
      mask |= 1 << (distance - 1);
      i++;
    }
    items.push(words(first * 0x1_0000 + mask));
  }
  return items;
}
