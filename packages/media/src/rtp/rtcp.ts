import type { NtpTime } from './ntp.ts';

/** What a receiver says about one source (RFC 3550 6.4.1). */
export interface ReportBlock {
  readonly ssrc: number;
  /** Of 256, since the last report. */
  readonly fractionLost: number;
  /** Signed, 24 bits. */
  readonly cumulativeLost: number;
  /** Highest sequence number with its cycles in the upper 16 bits. */
  readonly highestSequence: number;
  /** In ticks of the source's clock. */
  readonly jitter: number;
  /** Compact NTP time of the last sender report, 0 for none. */
  readonly lastSenderReport: number;
  /** Delay since then in 1/65,536 s. */
  readonly delaySinceLastSenderReport: number;
}

/** SR (6.4.1). */
export interface SenderReport {
  readonly kind: 'sr';
  readonly ssrc: number;
  readonly ntp: NtpTime;
  readonly rtpTimestamp: number;
  readonly packetCount: number;
  readonly octetCount: number;
  readonly reports: readonly ReportBlock[];
}

/** RR (6.4.2). */
export interface ReceiverReport {
  readonly kind: 'rr';
  readonly ssrc: number;
  readonly reports: readonly ReportBlock[];
}

/** SDES (6.5). Item types: 1 CNAME, 2 NAME, 6 TOOL, … */
export interface SourceDescription {
  readonly kind: 'sdes';
  readonly chunks: readonly {
    readonly ssrc: number;
    readonly items: readonly { readonly type: number; readonly text: string }[];
  }[];
}

/** BYE (6.6). */
export interface Goodbye {
  readonly kind: 'bye';
  readonly ssrcs: readonly number[];
  readonly reason: string | null;
}

/** Generic NACK (RFC 4585 6.2.1), bit masks expanded into sequence numbers. */
export interface Nack {
  readonly kind: 'nack';
  readonly sender: number;
  readonly media: number;
  readonly sequences: readonly number[];
}

/** Picture loss indication (RFC 4585 6.3.1). */
export interface PictureLoss {
  readonly kind: 'pli';
  readonly sender: number;
  readonly media: number;
}

/** Full intra request (RFC 5104 4.3.1). */
export interface FullIntraRequest {
  readonly kind: 'fir';
  readonly sender: number;
  readonly media: number;
  readonly entries: readonly { readonly ssrc: number; readonly sequence: number }[];
}

/** Any other packet: APP, other feedback, extended reports. */
export interface OtherRtcp {
  readonly kind: 'other';
  readonly packetType: number;
  /** The five bits beside it: count, subtype or feedback format. */
  readonly format: number;
  /** What follows the first four bytes, padding left out; a copy. */
  readonly body: Buffer;
}

export type RtcpPacket =
  | SenderReport
  | ReceiverReport
  | SourceDescription
  | Goodbye
  | Nack
  | PictureLoss
  | FullIntraRequest
  | OtherRtcp;

/** RTCP packet types (RFC 3550 12.1, RFC 4585 6.1). */
export const rtcpType = {
  sr: 200,
  rr: 201,
  sdes: 202,
  bye: 203,
  app: 204,
  rtpFeedback: 205,
  payloadFeedback: 206,
} as const;

/** True when a packet is RTCP and not RTP, where both come the same way (RFC 5761 4). */
export function isRtcp(packet: Buffer): boolean {
  const type = packet[1] ?? 0;
  return packet.length >= 4 && type >= 192 && type <= 223;
}
