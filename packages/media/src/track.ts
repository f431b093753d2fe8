import type { ParameterSets } from './access-unit.ts';

/** What a stream carries. A change of any field (resolution, parameter sets) makes a new track object. */
export type Track = VideoTrack | AudioTrack;

export interface VideoTrack {
  readonly kind: 'video';
  readonly codec: 'h264';
  /** Ticks per second of `pts`; 90,000 for video (RFC 6184 5.1). */
  readonly clockRate: number;
  readonly parameterSets: ParameterSets;
  /** Displayed size in pixels, cropping applied. */
  readonly width: number;
  readonly height: number;
  /** `profile_idc`, constraint flags and `level_idc` as six hex digits, as in SDP (RFC 6184 8.1). */
  readonly profileLevelId: string;
  /** Pictures per second as the SPS declares it; null when it does not. */
  readonly frameRate: number | null;
  /** True when pictures may be shown in another order than they are decoded (B-frames). */
  readonly reorders: boolean;
}

export interface AudioTrack {
  readonly kind: 'audio';
  readonly codec: 'aac' | 'pcmu' | 'pcma' | 'opus';
  readonly clockRate: number;
  readonly channels: number;
  /** AAC: AudioSpecificConfig (ISO 14496-3 1.6.2.1). Null for the others. */
  readonly config: Buffer | null;
}
