import type { AccessUnit } from '../access-unit.ts';
import type { VideoTrack } from '../track.ts';
import { isSlice, nalType, typeOfNal } from './nal.ts';
import { ParameterSetStore } from './parameter-set-store.ts';
import { type AssemblerCounters, type CollectedPicture, PictureGate } from './picture-gate.ts';
import { beginsPicture, parseSliceHeader, type SliceHeader } from './slice-header.ts';

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

const maxNals = 2048;

/**
 * NAL units to access units: one coded picture each (H.264 7.4.1.2.3, 7.4.1.2.4).
 *
 * Call `time` before the NAL units of a packet, `nal` for each, `marker` behind a packet with the marker bit, and `gap`
 * or `damage` for what is missing. A picture ends at the marker, at another time, or where the next one begins,
 * whichever comes first; markers are no longer believed once they proved to stand within a picture.
 */
export class AccessUnitAssembler {
  readonly #gate: PictureGate;
  readonly #maxBytes: number;
  readonly #sets = new ParameterSetStore();
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
  #lastReference: SliceHeader | null = null;
  /** The stream has pictures that nothing refers to. */
  #disposables = false;

  constructor(options: AccessUnitAssemblerOptions) {
    this.#gate = new PictureGate({
      track: options.track ?? 0,
      clockRate: options.clockRate ?? 90_000,
      keepDamaged: options.keepDamaged ?? false,
      sets: this.#sets,
      onUnit: (unit) => options.onUnit(unit),
      onTrack: (track) => options.onTrack(track),
    });
    this.#maxBytes = options.maxUnitBytes ?? 8_388_608;
    for (const nal of options.parameterSets ?? []) this.#sets.add(nal);
    // Nobody knows what came before the first packet.
    this.#gap = Number.POSITIVE_INFINITY;
  }

  get counters(): Readonly<AssemblerCounters> {
    return this.#gate.counters;
  }

  /** The track in force, null before the first unit. */
  get track(): VideoTrack | null {
    return this.#gate.track;
  }

  /** False once the parameter sets in force rule out that pictures are shown in another order than they come. */
  get mayReorder(): boolean {
    return this.#gate.mayReorder;
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
      // Those in force, said again, end nothing: GStreamer 1.22 puts them before every slice of a key picture.
      if (this.#sets.has(nal)) return;
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
      if (!consecutive) this.#gate.referenceLost();
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
    if (slice !== null) for (const sei of this.#pending) this.#append(sei);
    const picture: CollectedPicture = {
      slice,
      nals: this.#nals,
      bytes: this.#bytes,
      key: this.#key,
      disposable: this.#disposable,
      // What was lost may have been the end of this picture.
      damaged: this.#damaged || (slice !== null && this.#gap > 0),
      pts: this.#pts,
      arrival: this.#arrival,
    };
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
    this.#gate.take(picture);
  }
}
