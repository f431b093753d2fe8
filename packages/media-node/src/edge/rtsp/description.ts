import { formatSdp, type SdpAttribute, type SdpMedia } from '@marsad/media';
import type { OutgoingTrack } from './outgoing-track.ts';

/** `a=control` of a medium, and its number in the URL of SETUP. */
export function controlOf(medium: number): string {
  return `trackID=${medium}`;
}

/** The session description of a stream (RFC 8866), as DESCRIBE answers it. `version` tells a changed one. */
export function describe(name: string, tracks: readonly OutgoingTrack[], version: number): string {
  return formatSdp({
    name,
    origin: {
      username: '-',
      sessionId: String(version),
      sessionVersion: String(version),
      addressType: 'IP4',
      address: '0.0.0.0',
    },
    connection: { addressType: 'IP4', address: '0.0.0.0' },
    attributes: [
      { name: 'control', value: '*' },
      { name: 'range', value: 'npt=now-' },
    ],
    media: tracks.map(mediaOf),
  });
}

type Media = Partial<SdpMedia> & Pick<SdpMedia, 'type' | 'formats'>;

function mediaOf({ track, medium, payloadType }: OutgoingTrack): Media {
  const format = (value: string): SdpAttribute => ({ name: 'fmtp', value: `${payloadType} ${value}` });
  const map = (value: string): SdpAttribute => ({ name: 'rtpmap', value: `${payloadType} ${value}` });
  const control = { name: 'control', value: controlOf(medium) };
  const formats = [String(payloadType)];
  if (track.kind === 'video') {
    const { sps, pps } = track.parameterSets;
    const sets = [sps, ...pps].map((nal) => nal.toString('base64')).join(',');
    const rate =
      track.frameRate === null ? [] : [{ name: 'framerate', value: String(Number(track.frameRate.toFixed(3))) }];
    return {
      type: 'video',
      formats,
      attributes: [
        map(`H264/${track.clockRate}`),
        format(`packetization-mode=1;profile-level-id=${track.profileLevelId};sprop-parameter-sets=${sets}`),
        ...rate,
        control,
      ],
    };
  }
  const channels = track.channels === 1 ? '' : `/${track.channels}`;
  const attributes = (() => {
    switch (track.codec) {
      case 'aac':
        return [
          map(`mpeg4-generic/${track.clockRate}/${track.channels}`),
          format(
            'profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;' +
              `config=${track.config?.toString('hex') ?? ''}`,
          ),
        ];
      case 'opus':
        // Always two channels on the wire (RFC 7587 7); what is inside is said beside it.
        return [map('opus/48000/2'), format(`sprop-stereo=${track.channels > 1 ? 1 : 0}`)];
      default:
        return [map(`${track.codec === 'pcmu' ? 'PCMU' : 'PCMA'}/${track.clockRate}${channels}`)];
    }
  })();
  return { type: 'audio', formats, attributes: [...attributes, control] };
}
