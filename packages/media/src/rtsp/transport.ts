import { MediaError } from '../media-error.ts';

/** One transport specification of a `Transport` field (RFC 2326 12.39). Absent parameters are null. */
export interface RtspTransport {
  /** `RTP/AVP`, `RTP/SAVP`, … without the lower transport. */
  readonly profile: string;
  readonly lower: 'udp' | 'tcp';
  readonly delivery: 'unicast' | 'multicast';
  /** Channels of RTP and RTCP on the RTSP connection. */
  readonly interleaved: readonly [rtp: number, rtcp: number] | null;
  readonly clientPort: readonly [rtp: number, rtcp: number] | null;
  readonly serverPort: readonly [rtp: number, rtcp: number] | null;
  /** Multicast only. */
  readonly port: readonly [rtp: number, rtcp: number] | null;
  readonly destination: string | null;
  readonly source: string | null;
  readonly ssrc: number | null;
  readonly ttl: number | null;
  /** Lower case; null means `play`. */
  readonly mode: string | null;
}

const none: RtspTransport = {
  profile: 'RTP/AVP',
  lower: 'udp',
  delivery: 'unicast',
  interleaved: null,
  clientPort: null,
  serverPort: null,
  port: null,
  destination: null,
  source: null,
  ssrc: null,
  ttl: null,
  mode: null,
};

/** Alternatives of a `Transport` field in the order of preference. Never throws; unreadable parts are left out. */
export function parseTransport(value: string): RtspTransport[] {
  return value
    .split(',')
    .slice(0, 32)
    .flatMap((one) => {
      const [spec = '', ...parameters] = one.split(';').map((part) => part.trim());
      const match = /^(RTP\/[A-Z]+)(?:\/(TCP|UDP))?$/i.exec(spec);
      if (match?.[1] === undefined) return [];
      const transport: { -readonly [K in keyof RtspTransport]: RtspTransport[K] } = {
        ...none,
        profile: match[1].toUpperCase(),
        lower: match[2]?.toUpperCase() === 'TCP' ? 'tcp' : 'udp',
        // RFC 2326 says multicast is the default; in practice a missing word means unicast.
        delivery: 'unicast',
      };
      for (const parameter of parameters) {
        const equals = parameter.indexOf('=');
        const name = (equals < 0 ? parameter : parameter.slice(0, equals)).trim().toLowerCase();
        const text =
          equals < 0
            ? ''
            : parameter
                .slice(equals + 1)
                .trim()
                .replace(/^"(.*)"$/, '$1');
        if (name === 'unicast' || name === 'multicast') transport.delivery = name;
        else if (name === 'interleaved') transport.interleaved = pair(text, 255);
        else if (name === 'client_port') transport.clientPort = pair(text, 65_535);
        else if (name === 'server_port') transport.serverPort = pair(text, 65_535);
        else if (name === 'port') transport.port = pair(text, 65_535);
        else if (name === 'destination') transport.destination = text || null;
        else if (name === 'source') transport.source = text || null;
        else if (name === 'ssrc') transport.ssrc = /^[0-9a-f]{1,8}$/i.test(text) ? Number.parseInt(text, 16) : null;
        else if (name === 'ttl') transport.ttl = /^\d{1,3}$/.test(text) ? Number(text) : null;
        else if (name === 'mode') transport.mode = text.toLowerCase() || null;
      }
      return [transport];
    });
}

/** A `Transport` value. @throws MediaError RTSP_MALFORMED for an address that is not one. */
export function formatTransport(transport: Partial<RtspTransport>): string {
  const t = { ...none, ...transport };
  for (const address of [t.destination, t.source]) {
    if (address !== null && !/^[\w.:%-]+$/.test(address))
      throw new MediaError('RTSP_MALFORMED', 'address in Transport');
  }
  const parts = [t.lower === 'tcp' ? `${t.profile}/TCP` : t.profile, t.delivery];
  if (t.destination !== null) parts.push(`destination=${t.destination}`);
  if (t.source !== null) parts.push(`source=${t.source}`);
  if (t.interleaved !== null) parts.push(`interleaved=${t.interleaved.join('-')}`);
  if (t.port !== null) parts.push(`port=${t.port.join('-')}`);
  if (t.clientPort !== null) parts.push(`client_port=${t.clientPort.join('-')}`);
  if (t.serverPort !== null) parts.push(`server_port=${t.serverPort.join('-')}`);
  if (t.ttl !== null) parts.push(`ttl=${t.ttl}`);
  if (t.ssrc !== null) parts.push(`ssrc=${t.ssrc.toString(16).toUpperCase().padStart(8, '0')}`);
  if (t.mode !== null) parts.push(`mode=${t.mode}`);
  return parts.join(';');
}

function pair(text: string, max: number): [number, number] | null {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  if (match?.[1] === undefined) return null;
  const first = Number(match[1]);
  const second = match[2] === undefined ? first + 1 : Number(match[2]);
  return first <= max && second <= max ? [first, second] : null;
}
