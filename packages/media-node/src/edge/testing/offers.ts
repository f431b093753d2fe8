export interface VideoOfferOptions {
  readonly direction: 'recvonly' | 'sendonly';
  readonly payloadType?: number;
  /** Six hex digits. Default 42e01f, constrained baseline 3.1. */
  readonly profileLevelId?: string;
  /** Payload type of retransmissions; none are offered by default. */
  readonly retransmission?: number;
}

/** A browser's offer of one line of H.264 video, whose ICE leads nowhere. */
export function videoOffer(options: VideoOfferOptions): string {
  const { direction, payloadType = 96, profileLevelId = '42e01f', retransmission } = options;
  const rtx =
    retransmission === undefined
      ? []
      : [`a=rtpmap:${retransmission} rtx/90000`, `a=fmtp:${retransmission} apt=${payloadType}`];
  return [
    'v=0',
    'o=- 1 2 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    'a=group:BUNDLE 0',
    `m=video 9 UDP/TLS/RTP/SAVPF ${[payloadType, retransmission].filter((type) => type !== undefined).join(' ')}`,
    'c=IN IP4 0.0.0.0',
    'a=ice-ufrag:abcd',
    'a=ice-pwd:abcdefghijklmnopqrstuvwx',
    `a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => 'AB').join(':')}`,
    'a=setup:actpass',
    'a=mid:0',
    `a=${direction}`,
    'a=rtcp-mux',
    `a=rtpmap:${payloadType} H264/90000`,
    `a=fmtp:${payloadType} level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=${profileLevelId}`,
    ...rtx,
    '',
  ].join('\r\n');
}
