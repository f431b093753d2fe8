import type { AccessUnit, ParameterSets } from '../access-unit.ts';
import type { VideoTrack } from '../track.ts';
import { DecodeClock } from './decode-clock.ts';
import type { ParameterSetStore } from './parameter-set-store.ts';
import type { SliceHeader } from './slice-header.ts';
import { parseSps } from './sps.ts';
import { sameParameterSets, videoTrackOf } from './video-track.ts';

/** Pictures counted by an assembler. */
export interface AssemblerCounters {
  /** Passed on, and how many of them were key pictures. */
  units: number;
  keys: number;
  /** Parts were missing. Dropped unless `keepDamaged`. */
  damaged: number;
  /** Whole, but dropped because a picture they may refer to was lost. */
  unreferenced: number;
  /** Whole, but before the first key picture. */
  leading: number;
  /** Key pictures whose parameter sets are unknown. Dropped. */
  withoutParameterSets: number;
}

/** A picture as it was put together, whole or not. */
export interface CollectedPicture {
  /** Header of its last slice; null when none could be read. */
  readonly slice: SliceHeader | null;
  readonly nals: Buffer[];
  readonly bytes: number;
  readonly key: boolean;
  readonly disposable: boolean;
  readonly damaged: boolean;
  readonly pts: number;
  readonly arrival: number;
}

export interface PictureGateOptions {
  readonly track: number;
  readonly clockRate: number;
  readonly keepDamaged: boolean;
  readonly sets: ParameterSetStore;
  onUnit(unit: AccessUnit): void;
  onTrack(track: VideoTrack): void;
}

/** Decides which pictures may be shown, and makes access units of them: times, parameter sets, the track. */
export class PictureGate {
  readonly counters: AssemblerCounters = {
    units: 0,
    keys: 0,
    damaged: 0,
    unreferenced: 0,
    leading: 0,
    withoutParameterSets: 0,
  };
  /** The track in force, null before the first unit. */
  track: VideoTrack | null = null;
  /** False once the parameter sets in force rule out that pictures are shown in another order than they come. */
  mayReorder = true;

  readonly #options: PictureGateOptions;
  readonly #clock = new DecodeClock();
  #joined = false;
  #needKey = true;
  #parameterSets: ParameterSets | null = null;
  #version = -1;
  #spsId = -1;
  /** Parameter sets have changed since the last unit. */
  #changed = false;
  /** Reordering was seen, where the SPS leaves it open. */
  #reorders = false;
  #latestPts = Number.NEGATIVE_INFINITY;
  #duration = 0;

  constructor(options: PictureGateOptions) {
    this.#options = options;
  }

  /** A picture that others refer to is missing. */
  referenceLost(): void {
    this.#needKey = true;
  }

  take(picture: CollectedPicture): void {
    const { counters } = this;
    const { slice, key, damaged } = picture;
    const keep = this.#options.keepDamaged && counters.keys > 0 && picture.nals.length > 0;
    if (damaged) {
      // The first picture is usually joined in its middle: that is no loss.
      if (this.#joined || counters.keys > 0) counters.damaged++;
      else counters.leading++;
      this.#joined = true;
      if (!picture.disposable) this.#needKey = true;
      if (!keep) return;
    } else if (this.#needKey && !key && !keep) {
      if (counters.keys === 0) counters.leading++;
      else counters.unreferenced++;
      return;
    }
    this.#joined = true;
    if (slice === null) return;
    if (!this.#activate(slice.ppsId)) {
      counters.withoutParameterSets++;
      this.#needKey = true;
      return;
    }
    if (key && !damaged) this.#needKey = false;
    this.#emit(picture, slice.sliceType === 1);
  }

  /** Brings track and parameter sets up to date; false when they are not known. */
  #activate(ppsId: number): boolean {
    const { sets: store } = this.#options;
    const spsId = store.active(ppsId)?.pps.spsId;
    if (spsId === undefined) return false;
    if (this.#version === store.version && this.#spsId === spsId) return true;
    const sets = store.setsFor(ppsId);
    if (sets === null) return false;
    this.#spsId = spsId;
    this.#version = store.version;
    if (this.#parameterSets === null || !sameParameterSets(this.#parameterSets, sets)) {
      this.#parameterSets = sets;
      this.#reorders = false;
      this.#announce();
    }
    return true;
  }

  #announce(): void {
    if (this.#parameterSets === null) return;
    const sps = parseSps(this.#parameterSets.sps);
    this.track = videoTrackOf(this.#parameterSets, this.#options.clockRate, this.#reorders);
    this.mayReorder = sps.reorders !== false;
    if (this.track.reorders) this.#clock.expect(Math.max(1, sps.maxReorderFrames ?? 1));
    else this.#clock.inOrder();
    this.#changed = true;
    this.#options.onTrack(this.track);
  }

  #emit(picture: CollectedPicture, bidirectional: boolean): void {
    const { nals, bytes, key, disposable, arrival } = picture;
    const { clockRate, track } = this.#options;
    let { pts } = picture;
    if (pts < this.#latestPts && bidirectional && this.mayReorder && !this.#reorders) {
      // The SPS left it open: only the pictures tell that they are shown in another order than they come.
      this.#reorders = true;
      if (this.track?.reorders === false) this.#announce();
    }
    // Two pictures of one timestamp, or a small step back of the camera's clock.
    if (pts <= this.#latestPts && this.track?.reorders !== true) pts = this.#latestPts + 1;
    const step = pts - this.#latestPts;
    if (step > 0) {
      this.#latestPts = pts;
      if (step < clockRate && step > clockRate / 500) {
        this.#duration = this.#duration === 0 ? step : Math.min(step, this.#duration);
      }
    }
    const { frameRate = null } = this.track ?? {};
    const duration = frameRate === null ? this.#duration || clockRate / 25 : clockRate / frameRate;
    const dts = this.#clock.next(pts, Math.round(duration));
    this.counters.units++;
    if (key) this.counters.keys++;
    const unit: AccessUnit = { track, kind: 'video', nals, pts, dts, arrival, key, disposable, bytes };
    const sets = key || this.#changed ? this.#parameterSets : null;
    this.#changed = false;
    this.#options.onUnit(sets === null ? unit : { ...unit, parameterSets: sets });
  }
}
