import { parseAudioConfig } from '../aac/audio-config.ts';
import { nalType } from '../h264/nal.ts';
import { formatParameters, type RtpMap, rtpMap } from './rtp-map.ts';
import { type SdpMedia, type SessionDescription, sdpAttribute } from './session-description.ts';

interface SdpTrackBase {
  /** Index of the `m=` section. */
  readonly media: number;
  /** Payload type on the wire; -1 when the section names none. */
  readonly payloadType: number;
  readonly clockRate: number;
  /** `a=control` of the section, or null. See `resolveControl`. */
  readonly control: string | null;
  /** For people: `H.264`, `H.265`, `AAC`, … or the encoding's name as the camera writes it. */
  readonly codecName: string;
}

export interface H264SdpTrack extends SdpTrackBase {
  readonly codec: 'h264';
  /** 0 or 1 (RFC 6184 8.1). Mode 2 (interleaved) is reported as unsupported. */
  readonly packetizationMode: 0 | 1;
  /** Six hex digits in lower case, or null. */
  readonly profileLevelId: string | null;
  /** Parameter sets of `sprop-parameter-sets`, without start codes; often empty, sometimes stale. */
  readonly sps: readonly Buffer[];
  readonly pps: readonly Buffer[];
}

export interface AacSdpTrack extends SdpTrackBase {
  readonly codec: 'aac';
  readonly channels: number;
  /** AudioSpecificConfig. */
  readonly config: Buffer;
  /** AU header lengths in bits (RFC 3640 4.1). */
  readonly sizeLength: number;
  readonly indexLength: number;
  readonly indexDeltaLength: number;
}

export interface G711SdpTrack extends SdpTrackBase {
  readonly codec: 'pcmu' | 'pcma';
  readonly channels: number;
}

/** RFC 7587: `clockRate` is always 48,000 and `channels` 2, whatever is inside. */
export interface OpusSdpTrack extends SdpTrackBase {
  readonly codec: 'opus';
  readonly channels: number;
}

export interface UnsupportedSdpTrack extends SdpTrackBase {
  readonly codec: null;
  readonly kind: 'video' | 'audio' | 'other';
  /** Why it is of no use, as a stable word. */
  readonly reason: 'codec' | 'interleaved-mode' | 'aac-config' | 'no-payload-type' | 'encrypted';
}

/** A track that a camera offers. `codec` null: named so that a reason can be shown, not playable. */
export type SdpTrack = H264SdpTrack | AudioSdpTrack | UnsupportedSdpTrack;

export type AudioSdpTrack = AacSdpTrack | G711SdpTrack | OpusSdpTrack;

const names: Readonly<Record<string, string>> = {
  H264: 'H.264',
  H265: 'H.265',
  HEVC: 'H.265',
  H266: 'H.266',
  H263: 'H.263',
  'H263-1998': 'H.263',
  JPEG: 'Motion JPEG',
  'MP4V-ES': 'MPEG-4 Part 2',
  MPV: 'MPEG-1/2',
  AV1: 'AV1',
  VP8: 'VP8',
  VP9: 'VP9',
  'MPEG4-GENERIC': 'AAC',
  'MP4A-LATM': 'AAC (LATM)',
  OPUS: 'Opus',
  PCMU: 'G.711 µ-law',
  PCMA: 'G.711 A-law',
  'VND.ONVIF.METADATA': 'ONVIF metadata',
};

/**
 * What a camera's description offers, one entry per media section, in order. Of several payload types in a section
 * the first that can be played is taken. Never throws.
 */
export function sdpTracks(sdp: SessionDescription): SdpTrack[] {
  return sdp.media.map((media, index) => {
    const control = sdpAttribute(media, 'control') || null;
    const maps = media.formats
      .map(Number)
      .filter((type) => Number.isInteger(type) && type >= 0 && type <= 127)
      .slice(0, 64)
      .map(
        (type) =>
          rtpMap(media, type) ?? {
            payloadType: type,
            encoding: `payload type ${type}`,
            clockRate: 90_000,
            channels: 1,
          },
      );
    const tracks = maps.map((map) => trackOf(media, index, control, map));
    return tracks.find((track) => track.codec !== null) ?? tracks[0] ?? nothing(media, index, control);
  });
}

function kindOf(media: SdpMedia): UnsupportedSdpTrack['kind'] {
  return media.type === 'video' || media.type === 'audio' ? media.type : 'other';
}

function nothing(media: SdpMedia, index: number, control: string | null): UnsupportedSdpTrack {
  const base = { media: index, payloadType: -1, clockRate: 90_000, control, codecName: media.formats[0] ?? media.type };
  return { ...base, codec: null, kind: kindOf(media), reason: 'no-payload-type' };
}

function trackOf(media: SdpMedia, index: number, control: string | null, map: RtpMap): SdpTrack {
  const encoding = map.encoding.toUpperCase();
  const { payloadType, clockRate, channels } = map;
  const base = { media: index, payloadType, clockRate, control, codecName: names[encoding] ?? map.encoding };
  const unsupported = (reason: UnsupportedSdpTrack['reason']): UnsupportedSdpTrack => ({
    ...base,
    codec: null,
    kind: kindOf(media),
    reason,
  });
  if (/SAVP/i.test(media.protocol)) return unsupported('encrypted');
  const parameters = formatParameters(media, payloadType);
  if (encoding === 'H264' && media.type === 'video') {
    const mode = parameters.get('packetization-mode') ?? '0';
    if (mode === '2') return unsupported('interleaved-mode');
    const sets = decodeSets(parameters.get('sprop-parameter-sets') ?? '');
    const profile = parameters.get('profile-level-id') ?? '';
    return {
      ...base,
      codec: 'h264',
      packetizationMode: mode === '1' ? 1 : 0,
      profileLevelId: /^[0-9a-f]{6}$/i.test(profile) ? profile.toLowerCase() : null,
      sps: sets.filter((nal) => ((nal[0] ?? 0) & 0x1f) === nalType.sps),
      pps: sets.filter((nal) => ((nal[0] ?? 0) & 0x1f) === nalType.pps),
    };
  }
  if (encoding === 'MPEG4-GENERIC' && media.type === 'audio')
    return aacTrack(base, parameters) ?? unsupported('aac-config');
  if (encoding === 'PCMU' || encoding === 'PCMA') {
    return { ...base, codec: encoding === 'PCMU' ? 'pcmu' : 'pcma', channels };
  }
  if (encoding === 'OPUS' && media.type === 'audio') return { ...base, codec: 'opus', clockRate: 48_000, channels: 2 };
  return unsupported('codec');
}

function aacTrack(base: SdpTrackBase, parameters: ReadonlyMap<string, string>): AacSdpTrack | null {
  const hex = (parameters.get('config') ?? '').replace(/^"|"$/g, '');
  if (!/^(?:[0-9a-f]{2}){2,64}$/i.test(hex)) return null;
  const config = Buffer.from(hex, 'hex');
  const bits = (name: string, usual: number) => {
    const value = Number(parameters.get(name) ?? usual);
    return Number.isInteger(value) && value >= 0 && value <= 32 ? value : usual;
  };
  try {
    return {
      ...base,
      codec: 'aac',
      channels: parseAudioConfig(config).channels,
      config,
      // What AAC-hbr says (RFC 3640 3.3.6), for cameras that leave them out.
      sizeLength: bits('sizelength', 13) || 13,
      indexLength: bits('indexlength', 3),
      indexDeltaLength: bits('indexdeltalength', 3),
    };
  } catch {
    return null;
  }
}

/** `sprop-parameter-sets`: base64, comma-separated; some cameras put start codes inside, some add empty parts. */
function decodeSets(value: string): Buffer[] {
  return value
    .slice(0, 65_536)
    .replace(/^"|"$/g, '')
    .split(',')
    .slice(0, 32)
    .map((part) => {
      const bytes = Buffer.from(part.trim(), 'base64');
      if (bytes.length > 4 && bytes.readUInt32BE(0) === 1) return bytes.subarray(4);
      return bytes.length > 3 && bytes.readUIntBE(0, 3) === 1 ? bytes.subarray(3) : bytes;
    })
    .filter((bytes) => bytes.length > 1);
}
