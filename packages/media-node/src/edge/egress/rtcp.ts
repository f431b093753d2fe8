import type { ReceptionReport } from './reception-quality.ts';

/** Seconds between 1900, where NTP begins, and 1970. */
const NTP_EPOCH = 2_208_988_800;

/** What a viewer says about one stream it receives. */
export interface Feedback {
  readonly report: ReceptionReport | null;
  readonly keyRequested: boolean;
  /** Sequence numbers it misses. */
  readonly missing: readonly number[];
  /** Its receiver reference time (RFC 3611 4.4), to be answered so that it learns the round trip. */
  readonly referenceTime: { readonly ssrc: number; readonly middle: number } | null;
}

/**
 * Reads a compound RTCP packet (RFC 3550 6.1) for what concerns `ssrc`: report blocks, PLI and FIR (RFC 4585 6.3.1, RFC 5104
 * 4.3.1), generic NACK (RFC 4585 6.2.1). Stops at the first malformed packet and keeps what it has.
 */
export function parseFeedback(packet: Buffer, ssrc: number): Feedback {
  let report: ReceptionReport | null = null;
  let keyRequested = false;
  let referenceTime: Feedback['referenceTime'] = null;
  const missing: number[] = [];
  for (let at = 0; at + 8 <= packet.length; ) {
    const length = (packet.readUInt16BE(at + 2) + 1) * 4;
    const body = packet.subarray(at, at + length);
    if (body.length < length || length < 8 || (body[0] ?? 0) >>> 6 !== 2) break;
    const count = (body[0] ?? 0) & 0x1f;
    const type = body[1] ?? 0;
    if (type === 200) report = reportAbout(body, 28, count, ssrc) ?? report;
    else if (type === 201) report = reportAbout(body, 8, count, ssrc) ?? report;
    else if (type === 205 && count === 1) readMissing(body, ssrc, missing);
    else if (type === 206) keyRequested ||= asksForKey(body, count, ssrc);
    else if (type === 207) referenceTime = readReferenceTime(body) ?? referenceTime;
    at += length;
  }
  return { report, keyRequested, missing, referenceTime };
}

function reportAbout(body: Buffer, from: number, count: number, ssrc: number): ReceptionReport | null {
  for (let i = 0, at = from; i < count && at + 24 <= body.length; i++, at += 24) {
    if (body.readUInt32BE(at) !== ssrc) continue;
    return { fractionLost: body.readUInt8(at + 4) / 256, jitter: body.readUInt32BE(at + 12) };
  }
  return null;
}

function readMissing(body: Buffer, ssrc: number, missing: number[]): void {
  if (body.length < 12 || body.readUInt32BE(8) !== ssrc) return;
  for (let at = 12; at + 4 <= body.length && missing.length < 1024; at += 4) {
    const first = body.readUInt16BE(at);
    const mask = body.readUInt16BE(at + 2);
    missing.push(first);
    for (let bit = 0; bit < 16; bit++) if ((mask >>> bit) & 1) missing.push((first + bit + 1) & 0xffff);
  }
}

function asksForKey(body: Buffer, format: number, ssrc: number): boolean {
  if (format === 1) return body.length >= 12 && body.readUInt32BE(8) === ssrc;
  if (format !== 4) return false;
  for (let at = 12; at + 8 <= body.length; at += 8) if (body.readUInt32BE(at) === ssrc) return true;
  return false;
}

function readReferenceTime(body: Buffer): Feedback['referenceTime'] {
  for (let at = 8; at + 4 <= body.length; ) {
    const length = (body.readUInt16BE(at + 2) + 1) * 4;
    if (body[at] === 4 && length === 12 && at + 12 <= body.length) {
      return { ssrc: body.readUInt32BE(4), middle: body.readUInt32BE(at + 6) };
    }
    at += length;
  }
  return null;
}

/** A sender report without report blocks (RFC 3550 6.4.1). `wallClock`: milliseconds since the epoch of `timestamp`. */
export function senderReport(of: {
  ssrc: number;
  wallClock: number;
  timestamp: number;
  packets: number;
  bytes: number;
}): Buffer {
  const report = Buffer.alloc(28);
  report[0] = 0x80;
  report[1] = 200;
  report.writeUInt16BE(6, 2);
  report.writeUInt32BE(of.ssrc, 4);
  const seconds = Math.floor(of.wallClock / 1000);
  report.writeUInt32BE((seconds + NTP_EPOCH) >>> 0, 8);
  report.writeUInt32BE(Math.floor(((of.wallClock - seconds * 1000) / 1000) * 2 ** 32) >>> 0, 12);
  report.writeUInt32BE(of.timestamp >>> 0, 16);
  report.writeUInt32BE(of.packets >>> 0, 20);
  report.writeUInt32BE(of.bytes >>> 0, 24);
  return report;
}

/** Answers a receiver reference time at once: extended report with one DLRR block, delay 0 (RFC 3611 4.5). */
export function receiveTimeReport(of: { ssrc: number; receiver: number; lastReport: number }): Buffer {
  const report = Buffer.alloc(24);
  report[0] = 0x80;
  report[1] = 207;
  report.writeUInt16BE(5, 2);
  report.writeUInt32BE(of.ssrc, 4);
  report[8] = 5;
  report.writeUInt16BE(3, 10);
  report.writeUInt32BE(of.receiver, 12);
  report.writeUInt32BE(of.lastReport, 16);
  return report;
}
