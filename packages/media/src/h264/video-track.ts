import type { ParameterSets } from '../access-unit.ts';
import type { VideoTrack } from '../track.ts';
import { parseSps } from './sps.ts';

/**
 * The track that parameter sets describe. `reorders`: what was observed, used when the SPS leaves it open.
 * @throws MediaError H264_MALFORMED when the SPS cannot be read.
 */
export function videoTrackOf(parameterSets: ParameterSets, clockRate = 90_000, reorders = false): VideoTrack {
  const sps = parseSps(parameterSets.sps);
  return {
    kind: 'video',
    codec: 'h264',
    clockRate,
    parameterSets,
    width: sps.width,
    height: sps.height,
    profileLevelId: sps.profileLevelId,
    frameRate: sps.frameRate,
    reorders: sps.reorders ?? reorders,
  };
}

/** True when both hold the same bytes. */
export function sameParameterSets(a: ParameterSets, b: ParameterSets): boolean {
  return (
    a === b ||
    (a.sps.equals(b.sps) && a.pps.length === b.pps.length && a.pps.every((pps, i) => b.pps[i]?.equals(pps) === true))
  );
}
