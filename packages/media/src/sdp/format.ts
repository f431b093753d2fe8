import { MediaError } from '../media-error.ts';
import type { SdpConnection, SdpMedia, SessionDescription } from './session-description.ts';

/** Everything but the media may be left out; then the defaults of `SessionDescription` are written. */
export type SdpInput = Partial<Omit<SessionDescription, 'media'>> & {
  readonly media: readonly (Partial<SdpMedia> & Pick<SdpMedia, 'type' | 'formats'>)[];
};

/**
 * Writes a session description with its lines in the order RFC 8866 5 demands, CRLF-terminated.
 * @throws MediaError SDP_MALFORMED when a field holds a line break.
 */
export function formatSdp(input: SdpInput): string {
  const lines: string[] = [];
  const add = (type: string, value: string) => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not get through
    if (/[\r\n\u0000]/.test(value)) throw new MediaError('SDP_MALFORMED', `line break in ${type}=`);
    lines.push(`${type}=${value}`);
  };
  const addCommon = (section: Partial<Pick<SdpMedia, 'connection' | 'bandwidth'>>) => {
    if (section.connection) add('c', connection(section.connection));
    for (const [type, amount] of Object.entries(section.bandwidth ?? {})) add('b', `${type}:${amount}`);
  };
  const addAttributes = (attributes: SdpMedia['attributes'] = []) => {
    for (const { name, value } of attributes) add('a', value === null ? name : `${name}:${value}`);
  };
  const origin = input.origin;
  add('v', '0');
  add(
    'o',
    origin
      ? `${origin.username} ${origin.sessionId} ${origin.sessionVersion} IN ${origin.addressType} ${origin.address}`
      : '- 0 0 IN IP4 0.0.0.0',
  );
  add('s', input.name ?? '-');
  if (typeof input.information === 'string') add('i', input.information);
  addCommon(input);
  for (const timing of input.timing ?? ['0 0']) add('t', timing);
  addAttributes(input.attributes);
  for (const media of input.media) {
    const port = media.portCount !== undefined && media.portCount > 1 ? `${media.port}/${media.portCount}` : media.port;
    add('m', `${media.type} ${port ?? 0} ${media.protocol ?? 'RTP/AVP'} ${media.formats.join(' ')}`);
    if (typeof media.title === 'string') add('i', media.title);
    addCommon(media);
    addAttributes(media.attributes);
  }
  return `${lines.join('\r\n')}\r\n`;
}

function connection(value: SdpConnection): string {
  return `IN ${value.addressType} ${value.address}`;
}
