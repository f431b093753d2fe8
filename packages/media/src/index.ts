export type { AccessUnit, ParameterSets } from './access-unit.ts';
export type { AudioTrack, Track, VideoTrack } from './track.ts';
