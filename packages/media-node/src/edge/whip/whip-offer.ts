/** One media line a publisher wants to send on, as it is answered. */
export interface PublishedLine {
  readonly mid: string;
  readonly payloadType: number;
  /** Format parameters to answer with (`a=fmtp`). */
  readonly format: string;
}

export interface PublishOffer {
  readonly video: PublishedLine;
  readonly audio: PublishedLine | null;
  /** Tells one ICE session from the next. */
  readonly ufrag: string;
}

const ACCEPTED =
  'accepted are one video line with H264/90000 (packetization-mode=1) and one audio line with opus/48000/2';
const OPUS_FORMAT = 'minptime=10;useinbandfec=1';

/**
 * What a WHIP offer (RFC 9725 4.2; SDP of RFC 8866) wants to send, or, as a string for the publisher's log, why it cannot be
 * taken. Of several payload types the publisher's first is answered: it is the one it likes best.
 */
export function readPublishOffer(sdp: string): PublishOffer | string {
  const ufrag = /^a=ice-ufrag:(\S{4,256})\s*$/m.exec(sdp)?.[1];
  if (ufrag === undefined) return 'the offer has no ICE credentials';
  let video: PublishedLine | null = null;
  let audio: PublishedLine | null = null;
  for (const section of sdp.split(/^m=/m).slice(1)) {
    const kind = /^(video|audio) /.exec(section)?.[1];
    if (kind === undefined || !sends(section)) continue;
    const mid = /^a=mid:(\S{1,32})\s*$/m.exec(section)?.[1];
    if (mid === undefined) return 'a media line has no mid';
    if (kind === 'video') {
      if (video) return `more than one video line: ${ACCEPTED}`;
      const codec = h264In(section);
      if (!codec) return `the video line has no codec that is accepted: ${ACCEPTED}`;
      video = { mid, ...codec };
    } else {
      if (audio) return `more than one audio line: ${ACCEPTED}`;
      const payloadType = /^a=rtpmap:(\d{1,3}) opus\/48000\/2\s*$/im.exec(section)?.[1];
      if (payloadType === undefined || Number(payloadType) > 127) {
        return `the audio line has no codec that is accepted: ${ACCEPTED}`;
      }
      audio = { mid, payloadType: Number(payloadType), format: OPUS_FORMAT };
    }
  }
  return video ? { video, audio, ufrag } : `no video is offered: ${ACCEPTED}`;
}

/** The offer with lines that exist only inside the bundle (port 0, RFC 9143 7.2.1) written like the others. */
export function withOpenPorts(sdp: string): string {
  return sdp
    .split(/^(?=m=)/m)
    .map((section) => (/^a=bundle-only\s*$/m.test(section) ? section.replace(/^(m=\w+) 0 /, '$1 9 ') : section))
    .join('');
}

/** The answer with every media line nobody wants to send on marked as not used. */
export function onlyThese(answer: string, mids: readonly string[]): string {
  return answer
    .split(/^(?=m=)/m)
    .map((section) => {
      const mid = /^a=mid:(\S+)\s*$/m.exec(section)?.[1];
      const refused = /^m=(audio|video) /.test(section) && (mid === undefined || !mids.includes(mid));
      return refused ? section.replace(/^a=(sendonly|sendrecv|recvonly)(?=\s*$)/m, 'a=inactive') : section;
    })
    .join('');
}

function sends(section: string): boolean {
  const closed = /^\w+ 0 /.test(section) && !/^a=bundle-only\s*$/m.test(section);
  return !closed && !/^a=(recvonly|inactive)\s*$/m.test(section);
}

function h264In(section: string): { payloadType: number; format: string } | null {
  for (const [, payloadType] of section.matchAll(/^a=rtpmap:(\d{1,3}) H264\/90000\s*$/gim)) {
    const format = new RegExp(`^a=fmtp:${payloadType} (.*?)\\s*$`, 'm').exec(section)?.[1] ?? '';
    if (format.length > 200 || Number(payloadType) > 127) continue;
    if (/(^|;)\s*packetization-mode=1\s*(;|$)/.test(format)) return { payloadType: Number(payloadType), format };
  }
  return null;
}
