import type { StreamStatus } from '@marsad/contract';
import type { AccessUnit, Track, VideoTrack } from '@marsad/media';
import type { StreamSink } from '../stream-provider.ts';

/** Parts for tests: pictures that are no pictures, and a sink that remembers. */
export const videoTrack: VideoTrack = {
  kind: 'video',
  codec: 'h264',
  clockRate: 90_000,
  parameterSets: { sps: Buffer.from([0x67, 1, 2]), pps: [Buffer.from([0x68, 3])] },
  width: 1280,
  height: 720,
  profileLevelId: '42e01f',
  frameRate: 25,
  reorders: false,
};

export function picture(number: number, options: Partial<AccessUnit> = {}): AccessUnit {
  const nals = options.nals ?? [Buffer.from([options.key ? 0x65 : 0x41, number & 0xff])];
  return {
    track: 0,
    kind: 'video',
    nals,
    pts: number * 3600,
    dts: number * 3600,
    arrival: 1_700_000_000_000 + number * 40,
    key: false,
    disposable: false,
    bytes: nals.reduce((sum, nal) => sum + nal.length, 0),
    ...(options.key ? { parameterSets: videoTrack.parameterSets } : {}),
    ...options,
  };
}

/** Remembers everything, and refuses pictures while `full`. */
export class MemorySink implements StreamSink {
  full = false;
  readonly statuses: StreamStatus[] = [];
  readonly trackSets: (readonly Track[])[] = [];
  readonly units: AccessUnit[] = [];
  replayed = 0;

  tracks(tracks: readonly Track[]): void {
    this.trackSets.push(tracks);
  }

  unit(unit: AccessUnit, replay: boolean): boolean {
    if (this.full) return false;
    this.units.push(unit);
    if (replay) this.replayed++;
    return true;
  }

  status(status: StreamStatus): void {
    this.statuses.push(status);
  }

  get numbers(): number[] {
    return this.units.map((unit) => unit.pts / 3600);
  }

  get state(): string | undefined {
    return this.statuses.at(-1)?.state;
  }

  get reason(): string | null | undefined {
    return this.statuses.at(-1)?.reason;
  }
}
