const names: Readonly<Record<string, string>> = { livekit: 'LiveKit', whep: 'WHEP', rtsp: 'RTSP' };

/** A name of its own, the same in every language. */
export function protocolName(protocol: string): string {
  return names[protocol] ?? protocol.toUpperCase();
}
