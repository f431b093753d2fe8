import { formatSdp, type SdpMedia } from '@marsad/media';
import type { Fault } from '../faults/fault.ts';
import { AUDIO_PAYLOAD_TYPE } from '../streams/hum.ts';
import { VIDEO_CLOCK, VIDEO_PAYLOAD_TYPE, type VideoSource } from '../streams/video-source.ts';

export interface DescriptionOptions {
  readonly name: string;
  readonly source: VideoSource;
  readonly audio: boolean;
  readonly fault: Fault | null;
}

/** The SDP of a stream: video as `trackID=0` and, where there is sound, G.711 as `trackID=1`. */
export function describeStream({ name, source, audio, fault }: DescriptionOptions): string {
  const media: (Partial<SdpMedia> & Pick<SdpMedia, 'type' | 'formats'>)[] = [
    {
      type: 'video',
      formats: [String(VIDEO_PAYLOAD_TYPE)],
      attributes: [
        { name: 'rtpmap', value: `${VIDEO_PAYLOAD_TYPE} ${source.codec}/${VIDEO_CLOCK}` },
        { name: 'fmtp', value: `${VIDEO_PAYLOAD_TYPE} ${formatParameters(source, fault)}` },
        { name: 'framerate', value: '25' },
        { name: 'control', value: 'trackID=0' },
      ],
    },
  ];
  if (audio) {
    media.push({
      type: 'audio',
      formats: [String(AUDIO_PAYLOAD_TYPE)],
      attributes: [
        { name: 'rtpmap', value: `${AUDIO_PAYLOAD_TYPE} PCMU/8000` },
        { name: 'control', value: 'trackID=1' },
      ],
    });
  }
  return formatSdp({
    name,
    connection: { addressType: 'IP4', address: '0.0.0.0' },
    attributes: [
      { name: 'control', value: '*' },
      { name: 'range', value: 'npt=now-' },
    ],
    media,
  });
}

function formatParameters(source: VideoSource, fault: Fault | null): string {
  const inSdp = fault?.kind !== 'params-in-band-only';
  const sets = source.parameterSets.map((nal) => nal.toString('base64'));
  if (source.codec === 'H265') {
    const [vps, sps, pps] = sets;
    return inSdp ? `sprop-vps=${vps};sprop-sps=${sps};sprop-pps=${pps}` : 'tx-mode=SRST';
  }
  const level = source.parameterSets[0]?.toString('hex', 1, 4);
  return `packetization-mode=1;profile-level-id=${level}${inSdp ? `;sprop-parameter-sets=${sets.join(',')}` : ''}`;
}
