import { PLAYOUT_DELAY } from '../peer/viewer-peer.ts';

/** What of a player's offer the answer has to repeat. */
export interface WhepOffer {
  readonly mid: string;
  /** Payload type the player gave H.264 with packetization-mode 1, and its format parameters. */
  readonly payloadType: number;
  readonly format: string;
  /** The player's id for the playout-delay extension; null when it does not know it (or wants two-byte headers). */
  readonly playoutDelayId: number | null;
}

/** Profiles in order of preference: constrained baseline, baseline, main, high; every decoder that has them takes ours. */
const PROFILES = ['42e0', '4200', '4d00', '6400'];

/**
 * Finds the video line of a WHEP offer (SDP, RFC 8866) and in it the payload type to answer with. Null when there is none: no
 * line that receives, or no H.264 with packetization-mode 1 (RFC 6184 6.3), without which pictures cannot be cut.
 */
export function readOffer(sdp: string): WhepOffer | null {
  for (const section of sdp.split(/^m=/m).slice(1)) {
    if (!/^video [1-9]/.test(section) || /^a=(sendonly|inactive)\s*$/m.test(section)) continue;
    const mid = /^a=mid:(\S{1,32})\s*$/m.exec(section)?.[1];
    const codec = h264In(section);
    if (mid === undefined || codec === null) continue;
    return { mid, ...codec, playoutDelayId: extensionIn(section) };
  }
  return null;
}

function h264In(section: string): { payloadType: number; format: string } | null {
  const found: { payloadType: number; format: string; rank: number }[] = [];
  for (const [, payloadType] of section.matchAll(/^a=rtpmap:(\d{1,3}) H264\/90000\s*$/gim)) {
    const format = new RegExp(`^a=fmtp:${payloadType} (.*?)\\s*$`, 'm').exec(section)?.[1] ?? '';
    if (!/(^|;)\s*packetization-mode=1(;|$)/.test(format) || format.length > 200) continue;
    const profile = /profile-level-id=([0-9a-f]{4})/i.exec(format)?.[1]?.toLowerCase() ?? '4200';
    const rank = PROFILES.indexOf(profile);
    found.push({ payloadType: Number(payloadType), format, rank: rank < 0 ? PROFILES.length : rank });
  }
  found.sort((a, b) => a.rank - b.rank);
  const best = found.find((each) => each.payloadType < 128);
  return best ? { payloadType: best.payloadType, format: best.format } : null;
}

function extensionIn(section: string): number | null {
  for (const [, id, uri] of section.matchAll(/^a=extmap:(\d{1,2})(?:\/\w+)? (\S+)/gm)) {
    if (uri === PLAYOUT_DELAY && Number(id) >= 1 && Number(id) <= 14) return Number(id);
  }
  return null;
}

/** Candidates of a trickle-ice-sdpfrag body (RFC 8840), with the m-line they belong to. */
export function readFragment(body: string): { candidate: string; mid: string }[] {
  const candidates: { candidate: string; mid: string }[] = [];
  let mid = '0';
  for (const line of body.split(/\r?\n/).slice(0, 200)) {
    if (line.startsWith('a=mid:')) mid = line.slice(6).trim();
    else if (line.startsWith('a=candidate:') && line.length < 500) candidates.push({ candidate: line.slice(2), mid });
  }
  return candidates;
}

/** The answer with everything but video marked as not used: what the player offered beside it is not sent. */
export function videoOnly(answer: string): string {
  return answer
    .split(/^(?=m=)/m)
    .map((section) =>
      section.startsWith('m=audio')
        ? section.replace(/^a=(sendonly|sendrecv|recvonly)(?=\s*$)/m, 'a=inactive')
        : section,
    )
    .join('');
}

/** The answer with our public addresses beside the local ones. */
export function withCandidates(answer: string, candidates: readonly string[]): string {
  const bare = answer.replace(/^a=(candidate:.*|end-of-candidates)\r?\n/gm, '');
  const lines = candidates.map((candidate) => `a=${candidate}\r\n`).join('');
  let first = true;
  return bare
    .split(/^(?=m=)/m)
    .map((section) => {
      if (!section.startsWith('m=') || !first) return section;
      first = false;
      return `${section}${lines}a=end-of-candidates\r\n`;
    })
    .join('');
}
