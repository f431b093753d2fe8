import type { PacketTemplate } from '../rtp/packet-template.ts';

export const VIDEO_PAYLOAD_TYPE = 96;
export const VIDEO_CLOCK = 90_000;

export interface SourcePicture {
  readonly templates: readonly PacketTemplate[];
  readonly key: boolean;
  /** Number of the frame in the order of display: gives the RTP timestamp. Differs from the order of sending only with B-frames. */
  readonly shownAs: number;
}

/** Where the pictures of a camera come from. Keeps no state: any frame can be asked for. */
export interface VideoSource {
  readonly codec: 'H264' | 'H265';
  readonly width: number;
  readonly height: number;
  /** For the SDP: SPS and PPS, or VPS, SPS and PPS. */
  readonly parameterSets: readonly Buffer[];
  isKey(frame: number): boolean;
  /** `withParameterSets`: whether a key picture comes with its parameter sets in band. */
  picture(frame: number, withParameterSets: boolean): SourcePicture;
}
