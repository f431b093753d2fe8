import type { H264SdpTrack, SdpTrack } from '@marsad/media';
import { SourceError } from '../ingest/source/source.ts';

/** What a description holds that can be shown. @throws SourceError `NO_VIDEO` or `CODEC_UNSUPPORTED` */
export function chooseVideo(tracks: readonly SdpTrack[]): H264SdpTrack {
  for (const track of tracks) if (track.codec === 'h264') return track;
  const other = tracks.find((track) => track.codec === null && track.kind === 'video');
  if (!other || other.codec !== null) throw new SourceError('NO_VIDEO');
  const why = other.reason === 'codec' ? '' : ` (${other.reason})`;
  throw new SourceError('CODEC_UNSUPPORTED', `${other.codecName}${why}`);
}
