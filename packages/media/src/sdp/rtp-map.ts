import { type SdpMedia, sdpAttributes } from './session-description.ts';

/** What a payload type stands for (RFC 8866 6.6; RFC 3551 6 for the static ones). */
export interface RtpMap {
  readonly payloadType: number;
  /** As written, e.g. `H264`, `MPEG4-GENERIC`. Compare without case. */
  readonly encoding: string;
  readonly clockRate: number;
  /** 1 when not named. */
  readonly channels: number;
}

/** RFC 3551 table 4 and 5, as far as cameras use it. */
const staticTypes: Readonly<Record<number, readonly [encoding: string, clockRate: number, channels: number]>> = {
  0: ['PCMU', 8000, 1],
  3: ['GSM', 8000, 1],
  4: ['G723', 8000, 1],
  8: ['PCMA', 8000, 1],
  9: ['G722', 8000, 1],
  10: ['L16', 44_100, 2],
  11: ['L16', 44_100, 1],
  14: ['MPA', 90_000, 1],
  18: ['G729', 8000, 1],
  26: ['JPEG', 90_000, 1],
  31: ['H261', 90_000, 1],
  32: ['MPV', 90_000, 1],
  33: ['MP2T', 90_000, 1],
  34: ['H263', 90_000, 1],
};

/** The mapping of one payload type of a media section; null when nothing names it. */
export function rtpMap(media: SdpMedia, payloadType: number): RtpMap | null {
  for (const value of sdpAttributes(media, 'rtpmap')) {
    const match = /^(\d{1,3})\s+([^\s/]+)\s*\/\s*(\d{1,9})(?:\s*\/\s*(\d{1,3}))?/.exec(value);
    if (match?.[2] === undefined || Number(match[1]) !== payloadType || Number(match[3]) === 0) continue;
    const channels = match[4] === undefined ? 1 : Number(match[4]) || 1;
    return { payloadType, encoding: match[2], clockRate: Number(match[3]), channels };
  }
  const known = staticTypes[payloadType];
  return known === undefined ? null : { payloadType, encoding: known[0], clockRate: known[1], channels: known[2] };
}

/** Format parameters (`a=fmtp`) of a payload type; names in lower case, values as written. */
export function formatParameters(media: SdpMedia, payloadType: number): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const value of sdpAttributes(media, 'fmtp')) {
    const match = /^(\d{1,3})\s+(.*)$/.exec(value);
    if (match?.[2] === undefined || Number(match[1]) !== payloadType) continue;
    for (const part of match[2].split(';')) {
      const equals = part.indexOf('=');
      const name = (equals === -1 ? part : part.slice(0, equals)).trim().toLowerCase();
      if (name !== '') parameters.set(name, equals === -1 ? '' : part.slice(equals + 1).trim());
    }
  }
  return parameters;
}
