import { MediaError } from '../media-error.ts';
import type { SdpAttribute, SdpConnection, SdpMedia, SdpOrigin, SessionDescription } from './session-description.ts';

const maxBytes = 262_144;
const maxLines = 4096;
const maxMedia = 64;

type Open<T> = { -readonly [K in keyof T]: T[K] };
interface Section {
  attributes: SdpAttribute[];
  bandwidth: Record<string, number>;
}

/**
 * Reads a session description (RFC 8866) as cameras write them: LF or CRLF, lines missing or in any order, trailing
 * garbage, white space before lines. What cannot be read is left out.
 * @throws MediaError SDP_TOO_LARGE over 256 KB, 4,096 lines or 64 media; SDP_MALFORMED when no line is SDP at all.
 */
export function parseSdp(input: string | Buffer): SessionDescription {
  if (input.length > maxBytes) throw new MediaError('SDP_TOO_LARGE', `${input.length} bytes`);
  const text = typeof input === 'string' ? input : input.toString('utf8');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a NUL ends what some cameras send
  const lines = text.split(/[\r\n\u0000]+/, maxLines + 1);
  if (lines.length > maxLines) throw new MediaError('SDP_TOO_LARGE', `more than ${maxLines} lines`);
  const session: Open<Omit<SessionDescription, 'media' | 'timing'>> & Section & { timing: string[] } = {
    origin: null,
    name: '-',
    information: null,
    connection: null,
    bandwidth: {},
    timing: [],
    attributes: [],
  };
  const media: (Open<SdpMedia> & Section)[] = [];
  let understood = 0;
  for (const line of lines) {
    const match = /^\s*([a-z])\s?=(.*)$/.exec(line);
    if (match === null) continue;
    const value = (match[2] ?? '').trim();
    const current = media.at(-1);
    const section: Section = current ?? session;
    understood++;
    switch (match[1]) {
      case 'o':
        session.origin ??= parseOrigin(value);
        break;
      case 's':
        if (value !== '') session.name = value;
        break;
      case 'i':
        if (current !== undefined) current.title = value;
        else session.information = value;
        break;
      case 'c':
        if (current !== undefined) current.connection ??= parseConnection(value);
        else session.connection ??= parseConnection(value);
        break;
      case 'b': {
        const [, type, amount] = /^([\w-]{1,32}):\s*(\d{1,12})/.exec(value) ?? [];
        if (type !== undefined) section.bandwidth[type] = Number(amount);
        break;
      }
      case 't':
        session.timing.push(value);
        break;
      case 'a': {
        const colon = value.indexOf(':');
        const name = (colon === -1 ? value : value.slice(0, colon)).trim();
        if (name !== '') section.attributes.push({ name, value: colon === -1 ? null : value.slice(colon + 1).trim() });
        break;
      }
      case 'm': {
        if (media.length === maxMedia) throw new MediaError('SDP_TOO_LARGE', `more than ${maxMedia} media`);
        const one = parseMedia(value);
        if (one !== null) media.push(one);
        break;
      }
      case 'v':
        break;
      default:
        understood--;
    }
  }
  if (understood === 0) throw new MediaError('SDP_MALFORMED', 'no line of a session description');
  return { ...session, timing: session.timing.length > 0 ? session.timing : ['0 0'], media };
}

function parseOrigin(value: string): SdpOrigin | null {
  const [username, sessionId, sessionVersion, , type, address] = value.split(/\s+/);
  if (username === undefined || sessionId === undefined) return null;
  return {
    username,
    sessionId,
    sessionVersion: sessionVersion ?? '0',
    addressType: type === 'IP6' ? 'IP6' : 'IP4',
    address: address ?? '0.0.0.0',
  };
}

function parseConnection(value: string): SdpConnection | null {
  const match = /^IN\s+(IP[46])\s+(\S+)/i.exec(value);
  if (match?.[2] === undefined) return null;
  return { addressType: match[1]?.toUpperCase() === 'IP6' ? 'IP6' : 'IP4', address: match[2] };
}

function parseMedia(value: string): (Open<SdpMedia> & Section) | null {
  const match = /^(\S+)\s+(\d{1,5})(?:\/(\d{1,5}))?\s+(\S+)\s*(.*)$/.exec(value);
  if (match === null) return null;
  const [, type = '', port, count, protocol = '', formats = ''] = match;
  return {
    type: type.toLowerCase(),
    port: Number(port),
    portCount: count === undefined ? 1 : Number(count),
    protocol,
    formats: formats.split(/\s+/).filter((format) => format !== ''),
    title: null,
    connection: null,
    bandwidth: {},
    attributes: [],
  };
}
