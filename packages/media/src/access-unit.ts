/**
 * The unit everything in the engine is made of: one coded picture, or one audio frame, of one track.
 *
 * Buffers are shared by reference between the stream, the GOP cache and every sink. Nobody writes to one after it
 * entered a stream.
 */
export interface AccessUnit {
  /** Index into the stream's tracks. */
  readonly track: number;
  readonly kind: 'video' | 'audio';
  /**
   * Video: the NAL units of the picture in decoding order, without start codes (H.264 7.3.1), slices and SEI only:
   * parameter sets live in `parameterSets`, access unit delimiters and filler are dropped.
   * Audio: exactly one buffer, the raw frame (AAC without ADTS; G.711 samples).
   */
  readonly nals: readonly Buffer[];
  /** Presentation time in ticks of the track's clock, unwrapped: it only jumps when the camera's clock does. */
  readonly pts: number;
  /** Decoding time, same unit. Equals `pts` unless the stream reorders. */
  readonly dts: number;
  /** Wall clock when the first byte of the unit arrived here, in milliseconds since the epoch. */
  readonly arrival: number;
  /** True for a picture that decoding can start at (IDR). Audio frames are always true. */
  readonly key: boolean;
  /** True when no other picture refers to this one (every slice has `nal_ref_idc` 0), so it may be left out. */
  readonly disposable: boolean;
  /** Sum of the lengths of `nals`. */
  readonly bytes: number;
  /** The parameter sets in force. Present on every key picture, whether the camera repeated them in band or not. */
  readonly parameterSets?: ParameterSets;
}

/** H.264 sequence and picture parameter sets, each a NAL unit without start code. */
export interface ParameterSets {
  readonly sps: Buffer;
  readonly pps: readonly Buffer[];
}
