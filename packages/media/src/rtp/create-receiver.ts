import { AacReceiver } from '../aac/receiver.ts';
import type { AccessUnit } from '../access-unit.ts';
import { G711Receiver } from '../g711/receiver.ts';
import { H264Receiver } from '../h264/receiver.ts';
import { OpusReceiver } from '../opus/receiver.ts';
import type { AudioSdpTrack, H264SdpTrack, SdpTrack } from '../sdp/tracks.ts';
import type { AudioTrack, Track } from '../track.ts';
import type { RtpTrackReceiver } from './track-receiver.ts';

export interface ReceiverCallbacks {
  /** `AccessUnit.track`. */
  readonly track: number;
  /** Monotonic clock in milliseconds. Default `performance.now`. */
  readonly now?: () => number;
  onUnit(unit: AccessUnit): void;
  /** Video: before the first unit and at changes. Audio: once, from within this function. */
  onTrack(track: Track): void;
}

/** The receiver for a track of an SDP; null for one that is not supported (`codec` null). */
export function createReceiver(sdp: H264SdpTrack | AudioSdpTrack, callbacks: ReceiverCallbacks): RtpTrackReceiver;
export function createReceiver(sdp: SdpTrack, callbacks: ReceiverCallbacks): RtpTrackReceiver | null;
export function createReceiver(sdp: SdpTrack, callbacks: ReceiverCallbacks): RtpTrackReceiver | null {
  const { payloadType, clockRate } = sdp;
  switch (sdp.codec) {
    case 'h264':
      return new H264Receiver({ payloadType, clockRate, parameterSets: [...sdp.sps, ...sdp.pps], ...callbacks });
    case 'aac':
      callbacks.onTrack(audioTrackOf(sdp));
      return new AacReceiver({ payloadType, clockRate, config: sdp.config, format: sdp, ...callbacks });
    case 'pcmu':
    case 'pcma':
      callbacks.onTrack(audioTrackOf(sdp));
      return new G711Receiver({ payloadType, clockRate, ...callbacks });
    case 'opus':
      callbacks.onTrack(audioTrackOf(sdp));
      return new OpusReceiver({ payloadType, ...callbacks });
    default:
      return null;
  }
}

/** The audio track that an SDP describes. */
export function audioTrackOf(sdp: AudioSdpTrack): AudioTrack {
  const { codec, clockRate, channels } = sdp;
  return { kind: 'audio', codec, clockRate, channels, config: sdp.codec === 'aac' ? sdp.config : null };
}
