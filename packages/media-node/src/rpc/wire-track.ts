import type { WireTrack } from '@marsad/contract';
import type { Track } from '@marsad/media';

export function toWireTrack(track: Track): WireTrack {
  if (track.kind === 'audio') return { ...track, config: track.config?.toString('base64') ?? null };
  const { sps, pps } = track.parameterSets;
  return {
    ...track,
    parameterSets: { sps: sps.toString('base64'), pps: pps.map((set) => set.toString('base64')) },
  };
}

export function fromWireTrack(track: WireTrack): Track {
  if (track.kind === 'audio') {
    return { ...track, config: track.config === null ? null : Buffer.from(track.config, 'base64') };
  }
  const { sps, pps } = track.parameterSets;
  return {
    ...track,
    parameterSets: { sps: Buffer.from(sps, 'base64'), pps: pps.map((set) => Buffer.from(set, 'base64')) },
  };
}
