import type { AccessUnit, Track } from '@marsad/media';
import { newCounters, type Source, type SourceError, type SourceFactory } from '../ingest/source/source.ts';

/** Opens a source and remembers what it says. */
export class MemorySource {
  readonly tracks: (readonly Track[])[] = [];
  /** Video only. */
  readonly units: AccessUnit[] = [];
  readonly counters = newCounters();
  error: SourceError | null = null;
  ends = 0;
  readonly #source: Source;

  constructor(factory: SourceFactory) {
    this.#source = factory.open(
      {
        tracks: (tracks) => this.tracks.push(tracks),
        unit: (unit) => {
          if (unit.kind === 'video') this.units.push(unit);
        },
        ended: (error) => {
          this.error = error;
          this.ends++;
        },
      },
      this.counters,
    );
    this.#source.start();
  }

  close(): void {
    this.#source.close();
  }
}
