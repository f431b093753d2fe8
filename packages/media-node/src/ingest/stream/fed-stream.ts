import type { VideoTrack } from '@marsad/media';
import type { SourceCounters } from '../source/source.ts';

/** What feeds a fan-out, wherever its pictures come from. */
export interface FedStream {
  readonly counters: Readonly<SourceCounters>;
  /** Wall clock of the last picture, milliseconds since the epoch. */
  readonly lastPictureAt: number | null;
  /** The picture that was announced by who has not sent any yet. */
  readonly announced: VideoTrack | null;
  /** To be called whenever the number of sinks changed. */
  sinksChanged(): void;
  close(): void;
}
