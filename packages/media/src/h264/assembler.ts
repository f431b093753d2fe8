import type { AccessUnit, ParameterSets } from '../access-unit.ts';
import type { VideoTrack } from '../track.ts';
import { DecodeClock } from './decode-clock.ts';
import { isSlice, nalType, typeOfNal } from './nal.ts';
import { ParameterSetStore } from './parameter-set-store.ts';
import { beginsPicture, parseSliceHeader, type SliceHeader } from './slice-header.ts';
import { parseSps } from './sps.ts';
import { sameParameterSets, videoTrackOf } from './video-track.ts';

export interface AccessUnitAssemblerOptions {
  /** `AccessUnit.track`. Default 0. */
  readonly track?: number;
  /** Ticks per second of the times given. Default 90,000. */
  readonly clockRate?: number;
  /** Parameter sets known beforehand (SDP), without start codes. In-band ones of the same id replace them. */
  readonly parameterSets?: readonly Buffer[];
  /**
   * Passes on pictures with missing parts and those that refer to them. Default false: they are dropped and counted
   * up to the next key picture. Before the first key picture nothing is passed on either way.
   */
  readonly keepDamaged?: boolean;
  /** Longest access unit in bytes; a longer one counts as damaged. Default 8 MiB. */
  readonly maxUnitBytes?: number;
  onUnit(unit: AccessUnit): void;
  /** A new track: before its first unit, and whenever a field of it changes. */
  onTrack(track: VideoTrack): void;
}

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

const maxNals = 2048;

/**
 * NAL units to access units: one coded picture each (H.264 7.4.1.2.3, 7.4.1.2.4).
 *
 * Call `time` before the NAL units of a packet, `nal` for each, `marker` behind a packet with the marker bit, and `gap`
 * or `damage` for what is missing. A picture ends at the marker, at another time, or where the next one begins,
 * whichever comes first; markers are no longer believed once they proved to stand within a picture.
 */
export class AccessUnitAssembler {
  readonly counters: AssemblerCounters = {
    units: 0,
    keys: 0,
    damaged: 0,
    unreferenced: 0,
    leading: 0,
    withoutParameterSets: 0,
  };
  readonly #options: AccessUnitAssemblerOptions;
  readonly #rate: number;
  readonly #maxBytes: number;
  readonly #sets = new ParameterSetStore();
  readonly #clock = new DecodeClock();
  readonly #activeSets = (ppsId: number) => this.#sets.active(ppsId);

  #pts = Number.NaN;
  #arrival = 0;
  #nals: Buffer[] = [];
  /** SEI units that may belong to the next picture: decided by the slice behind them. */
  #pending: Buffer[] = [];
  #bytes = 0;
  #slice: SliceHeader | null = null;
  #key = false;
  #disposable = true;
  #damaged = false;

  /** The picture last finished, to notice slices that come after its marker. */
  #finished: SliceHeader | null = null;
  #finishedPts = Number.NaN;
  #trustMarkers = true;
  /** Packets missing directly before what comes next; 0 for none, Infinity for an unknown number. */
  #gap = 0;
  #started = false;
  #joined = false;
  #needKey = true;
  #lastReference: SliceHeader | null = null;
  /** The stream has pictures that nothing refers to. */
  #disposables = false;

  #track: VideoTrack | null = null;
  #parameterSets: ParameterSets | null = null;
  #parameterVersion = -1;
  #reorders = false;
  #mayReorder = true;
  #latestPts = Number.NEGATIVE_INFINITY;
  #duration = 0;
  /** Parameter sets have changed since the last unit. */
  #changed = false;

  constructor(options: AccessUnitAssemblerOptions) {
    this.#options = options;
    this.#rate = options.clockRate ?? 90_000;
    this.#maxBytes = options.maxUnitBytes ?? 8_388_608;
    for (const nal of options.parameterSets ?? []) this.#sets.add(nal);
    // Nobody knows what came before the first packet.
    this.#gap = Number.POSITIVE_INFINITY;
  }

  /** The track in force, null before the first unit. */
  get track(): VideoTrack | null {
    return this.#track;
  }

  /** False once the parameter sets in force rule out that pictures are shown in another order than they come. */
  get mayReorder(): boolean {
    return this.#mayReorder;
  }

  /** Parameter sets that could not be read. */
  get malformedParameterSets(): number {
    return this.#sets.malformed;
  }

  /** Presentation time (ticks) and wall-clock arrival (ms) of the NAL units to come. */
  time(pts: number, arrival: number): void {
    if (pts === this.#pts) return;
    if (this.#slice !== null || this.#damaged) this.#end();
    this.#nals = [];
    this.#pending = [];
    this.#bytes = 0;
    this.#pts = pts;
    this.#arrival = arrival;
  }

  nal(nal: Buffer): void {
    const type = typeOfNal(nal);
    if (isSlice(type)) this.#sliceData(nal, type);
    else if (type === nalType.sei) {
      if (this.#pending.length < 64 && nal.length <= 65_536) this.#pending.push(nal);
    } else if (type === nalType.sps || type === nalType.pps) {
      this.#boundary();
      this.#sets.add(nal);
    } else if (type === nalType.accessUnitDelimiter || type === nalType.endOfSequence || type === nalType.endOfStream) {
      this.#boundary();
    }
  }

  /** The packet just given had the marker bit: the picture is complete (RFC 6184 5.1). */
  marker(): void {
    if (this.#trustMarkers && (this.#slice !== null || this.#damaged)) this.#end();
  }

  /** `packets` are missing before what comes next; leave it out when the number is unknown. */
  gap(packets = Number.POSITIVE_INFINITY): void {
    this.#gap += packets;
  }

  /** Part of a NAL unit of the present picture is missing. `header`: its first byte, or -1. */
  damage(header: number): void {
    this.#damaged = true;
    if (header < 0 || ((header >> 5) & 3) !== 0) this.#disposable = false;
    else this.#disposables = true;
    if (header >= 0 && (header & 0x1f) === nalType.idr) this.#key = true;
  }

  /** Ends the picture in hand, as when the connection is closed. */
  flush(): void {
    if (this.#slice !== null || this.#damaged) this.#end();
  }

  #boundary(): void {
    if (this.#slice !== null) this.#end();
  }

  #sliceData(nal: Buffer, type: number): void {
    if (type === nalType.partitionB || type === nalType.partitionC) {
      if (this.#slice === null) this.damage(nal[0] ?? -1);
      this.#append(nal);
      return;
    }
    const header = parseSliceHeader(nal, this.#activeSets);
    if (header === null) {
      this.damage(nal[0] ?? -1);
      return;
    }
    if (this.#slice !== null && beginsPicture(this.#slice, header)) {
      const pending = this.#pending;
      this.#pending = [];
      this.#end();
      this.#pending = pending;
    }
    if (this.#slice === null) this.#firstSlice(header);
    else if (this.#gap > 0) this.#damaged = true;
    this.#gap = 0;
    this.#slice = header;
    if (header.idr) this.#key = true;
    if (header.refIdc !== 0) this.#disposable = false;
    for (const sei of this.#pending) this.#append(sei);
    this.#pending = [];
    this.#append(nal);
  }

  #firstSlice(header: SliceHeader): void {
    if (header.firstMb !== 0) {
      const finished = this.#finished;
      if (this.#gap === 0 && finished !== null && this.#finishedPts === this.#pts && !beginsPicture(finished, header)) {
        // The marker stood within a picture: from now on the next picture's beginning decides.
        this.#trustMarkers = false;
      }
      this.#damaged = true;
    }
    // Whole pictures may be missing. Where some are never referred to, consecutive frame numbers prove that only
    // such are (7.4.3); elsewhere they would only say that a key picture went missing as well.
    if (this.#gap > 0 && !header.idr && this.#started) {
      const sps = this.#sets.active(header.ppsId)?.sps;
      const last = this.#lastReference;
      const modulus = sps === undefined ? 0 : 2 ** sps.log2MaxFrameNum;
      const consecutive =
        this.#disposables && last !== null && header.frameNum === (last.frameNum + 1) % modulus && this.#gap < modulus;
      if (!consecutive) this.#needKey = true;
    }
    this.#started = true;
  }

  #append(nal: Buffer): void {
    this.#bytes += nal.length;
    if (this.#bytes > this.#maxBytes || this.#nals.length >= maxNals) {
      this.#damaged = true;
      this.#nals = [];
      return;
    }
    this.#nals.push(nal);
  }

  #end(): void {
    const slice = this.#slice;
    const nals = this.#nals;
    const bytes = this.#bytes;
    const key = this.#key;
    const disposable = this.#disposable;
    // What was lost may have been the end of this picture.
    const damaged = this.#damaged || (slice !== null && this.#gap > 0);
    if (slice !== null && this.#pending.length > 0) for (const sei of this.#pending) nals.push(sei);
    this.#nals = [];
    this.#pending = [];
    this.#bytes = 0;
    this.#slice = null;
    this.#key = false;
    this.#disposable = true;
    this.#damaged = false;
    this.#finished = slice;
    this.#finishedPts = this.#pts;
    if (slice !== null) {
      if (slice.refIdc !== 0) this.#lastReference = slice;
      else this.#disposables = true;
    }
    this.#decide(slice, nals, bytes, key, disposable, damaged);
  }

  #decide(
    slice: SliceHeader | null,
    nals: Buffer[],
    bytes: number,
    key: boolean,
    disposable: boolean,
    damaged: boolean,
  ): void {
    const { counters } = this;
    const keep = this.#options.keepDamaged === true && counters.keys > 0 && nals.length > 0;
    if (damaged) {
      // The first picture is usually joined in its middle: that is no loss.
      if (this.#joined || counters.keys > 0) counters.damaged++;
      else counters.leading++;
      this.#joined = true;
      if (!disposable) this.#needKey = true;
      if (!keep) return;
    } else if (this.#needKey && !key && !keep) {
      if (counters.keys === 0) counters.leading++;
      else counters.unreferenced++;
      return;
    }
    this.#joined = true;
    if (slice === null) return;
    if (!this.#activate(slice, key)) {
      counters.withoutParameterSets++;
      this.#needKey = true;
      return;
    }
    if (key && !damaged) this.#needKey = false;
    this.#emit(nals, bytes, key, disposable, slice.sliceType === 1);
  }

  /** Brings track and parameter sets up to date; false when they are not known. */
  #activate(slice: SliceHeader, key: boolean): boolean {
    if (this.#parameterVersion !== this.#sets.version || this.#parameterSets === null || key) {
      const sets = this.#sets.setsFor(slice.ppsId);
      if (sets === null) return false;
      this.#parameterVersion = this.#sets.version;
      if (this.#parameterSets === null || !sameParameterSets(this.#parameterSets, sets)) {
        this.#parameterSets = sets;
        this.#announce();
      }
    }
    return true;
  }

  #announce(): void {
    if (this.#parameterSets === null) return;
    this.#track = videoTrackOf(this.#parameterSets, this.#rate, this.#reorders);
    const sps = parseSps(this.#parameterSets.sps);
    this.#mayReorder = sps.reorders !== false || this.#reorders;
    if (this.#track.reorders) this.#clock.expect(Math.max(1, sps.maxReorderFrames ?? 1));
    this.#changed = true;
    this.#options.onTrack(this.#track);
  }

  #emit(nals: Buffer[], bytes: number, key: boolean, disposable: boolean, bidirectional: boolean): void {
    let pts = this.#finishedPts;
    if (pts < this.#latestPts && bidirectional && this.#mayReorder && !this.#reorders) {
      // The SPS left it open: only the pictures tell that they are shown in another order than they come.
      this.#reorders = true;
      if (this.#track?.reorders === false) this.#announce();
    }
    // Two pictures of one timestamp, or a small step back of the camera's clock.
    if (pts <= this.#latestPts && this.#track?.reorders !== true) pts = this.#latestPts + 1;
    const step = pts - this.#latestPts;
    if (step > 0) {
      this.#latestPts = pts;
      if (step < this.#rate && step > this.#rate / 500) {
        this.#duration = this.#duration === 0 ? step : Math.min(step, this.#duration);
      }
    }
    const { frameRate = null } = this.#track ?? {};
    const duration = frameRate === null ? this.#duration || this.#rate / 25 : this.#rate / frameRate;
    const dts = this.#clock.next(pts, Math.round(duration));
    this.counters.units++;
    if (key) this.counters.keys++;
    const unit: AccessUnit = {
      track: this.#options.track ?? 0,
      kind: 'video',
      nals,
      pts,
      dts,
      arrival: this.#arrival,
      key,
      disposable,
      bytes,
    };
    const sets = key || this.#changed ? this.#parameterSets : null;
    this.#changed = false;
    this.#options.onUnit(sets === null ? unit : { ...unit, parameterSets: sets });
  }
}
