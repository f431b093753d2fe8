import { formatRtcp, MediaError, ntpFromUnix, parseRtcp, type ReportBlock } from '@marsad/media';
import type { ReceptionReport } from './reception-quality.ts';

/** Extended reports and their blocks (RFC 3611). */
const EXTENDED_REPORT = 207;
const REFERENCE_TIME_BLOCK = 4;
const LAST_REPORT_BLOCK = 5;
/** Sequence numbers taken from one packet. */
const MAX_MISSING = 1024;

/** What a viewer says about one stream it receives. */
export interface Feedback {
  report: ReceptionReport | null;
  keyRequested: boolean;
  /** Sequence numbers it misses. */
  readonly missing: number[];
  /** Its receiver reference time (RFC 3611 4.4), to be answered so that it learns the round trip. */
  referenceTime: { readonly ssrc: number; readonly middle: number } | null;
}

/** Reads a compound RTCP packet for what concerns `ssrc`. A malformed one says nothing. */
export function parseFeedback(packet: Buffer, ssrc: number): Feedback {
  const feedback: Feedback = { report: null, keyRequested: false, missing: [], referenceTime: null };
  for (const part of partsOf(packet)) {
    if (part.kind === 'sr' || part.kind === 'rr') feedback.report = reportAbout(part.reports, ssrc) ?? feedback.report;
    else if (part.kind === 'nack' && part.media === ssrc) {
      feedback.missing.push(...part.sequences.slice(0, MAX_MISSING - feedback.missing.length));
    } else if (part.kind === 'pli') feedback.keyRequested ||= part.media === ssrc;
    else if (part.kind === 'fir') feedback.keyRequested ||= part.entries.some((entry) => entry.ssrc === ssrc);
    else if (part.kind === 'other' && part.packetType === EXTENDED_REPORT) {
      feedback.referenceTime = referenceTimeIn(part.body) ?? feedback.referenceTime;
    }
  }
  return feedback;
}

function partsOf(packet: Buffer): ReturnType<typeof parseRtcp> {
  try {
    return parseRtcp(packet);
  } catch (error) {
    if (error instanceof MediaError) return [];
    throw error;
  }
}

function reportAbout(reports: readonly ReportBlock[], ssrc: number): ReceptionReport | null {
  const block = reports.find((each) => each.ssrc === ssrc);
  return block ? { fractionLost: block.fractionLost / 256, jitter: block.jitter } : null;
}

/** `body`: what follows the header, the sender's SSRC first. */
function referenceTimeIn(body: Buffer): Feedback['referenceTime'] {
  for (let at = 4; at + 4 <= body.length; ) {
    const length = (body.readUInt16BE(at + 2) + 1) * 4;
    if (body[at] === REFERENCE_TIME_BLOCK && length === 12 && at + 12 <= body.length) {
      return { ssrc: body.readUInt32BE(0), middle: body.readUInt32BE(at + 6) };
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
  return formatRtcp([
    {
      kind: 'sr',
      ssrc: of.ssrc,
      ntp: ntpFromUnix(of.wallClock),
      rtpTimestamp: of.timestamp >>> 0,
      packetCount: of.packets >>> 0,
      octetCount: of.bytes >>> 0,
      reports: [],
    },
  ]);
}

/** Answers a receiver reference time at once: extended report with one DLRR block, delay 0 (RFC 3611 4.5). */
export function receiveTimeReport(of: { ssrc: number; receiver: number; lastReport: number }): Buffer {
  const body = Buffer.alloc(20);
  body.writeUInt32BE(of.ssrc, 0);
  body[4] = LAST_REPORT_BLOCK;
  body.writeUInt16BE(3, 6);
  body.writeUInt32BE(of.receiver, 8);
  body.writeUInt32BE(of.lastReport, 12);
  return formatRtcp([{ kind: 'other', packetType: EXTENDED_REPORT, format: 0, body }]);
}
