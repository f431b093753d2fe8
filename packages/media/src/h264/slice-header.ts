import { BitReader } from '../bit-reader.ts';
import { removeEmulationPrevention } from './emulation-prevention.ts';
import { nalType, refIdcOfNal, typeOfNal } from './nal.ts';
import type { Pps } from './pps.ts';
import type { Sps } from './sps.ts';

/** What decides which picture a slice belongs to (H.264 7.3.3, 7.4.1.2.4). Fields that are not coded are 0. */
export interface SliceHeader {
  readonly refIdc: number;
  readonly idr: boolean;
  readonly firstMb: number;
  /** 0 P, 1 B, 2 I, 3 SP, 4 SI. */
  readonly sliceType: number;
  readonly ppsId: number;
  readonly frameNum: number;
  readonly field: boolean;
  readonly bottomField: boolean;
  readonly idrPicId: number;
  readonly pocLsb: number;
  readonly deltaPocBottom: number;
  readonly deltaPoc0: number;
  readonly deltaPoc1: number;
}

/**
 * Reads the beginning of a slice header. `sets` finds the parameter sets of a `pic_parameter_set_id`; when it knows
 * none, the fields behind it are 0. Null when the slice is cut within what is read.
 */
export function parseSliceHeader(
  nal: Buffer,
  sets: (ppsId: number) => { readonly sps: Sps; readonly pps: Pps } | null,
): SliceHeader | null {
  const type = typeOfNal(nal);
  const idr = type === nalType.idr;
  // 40 bytes hold the longest possible run of the fields read here.
  const bits = new BitReader(removeEmulationPrevention(nal, 40), 1);
  const firstMb = bits.ue();
  const sliceType = bits.ue() % 5;
  const ppsId = bits.ue();
  if (bits.overrun) return null;
  const header: { -readonly [K in keyof SliceHeader]: SliceHeader[K] } = {
    refIdc: refIdcOfNal(nal),
    idr,
    firstMb,
    sliceType,
    ppsId,
    frameNum: 0,
    field: false,
    bottomField: false,
    idrPicId: 0,
    pocLsb: 0,
    deltaPocBottom: 0,
    deltaPoc0: 0,
    deltaPoc1: 0,
  };
  const found = sets(ppsId);
  if (found === null) return header;
  const { sps, pps } = found;
  if (sps.separateColourPlanes) bits.skip(2);
  header.frameNum = bits.u(sps.log2MaxFrameNum);
  if (!sps.frameMbsOnly) {
    header.field = bits.u(1) === 1;
    if (header.field) header.bottomField = bits.u(1) === 1;
  }
  if (idr) header.idrPicId = bits.ue();
  if (sps.pocType === 0) {
    header.pocLsb = bits.u(sps.log2MaxPocLsb);
    if (pps.bottomFieldPicOrderPresent && !header.field) header.deltaPocBottom = bits.se();
  } else if (sps.pocType === 1 && !sps.deltaPicOrderAlwaysZero) {
    header.deltaPoc0 = bits.se();
    if (pps.bottomFieldPicOrderPresent && !header.field) header.deltaPoc1 = bits.se();
  }
  return bits.overrun ? null : header;
}

/** True when `next` begins another picture than the one `previous` is part of (H.264 7.4.1.2.4). */
export function beginsPicture(previous: SliceHeader, next: SliceHeader): boolean {
  return (
    previous.frameNum !== next.frameNum ||
    previous.ppsId !== next.ppsId ||
    previous.field !== next.field ||
    previous.bottomField !== next.bottomField ||
    (previous.refIdc === 0) !== (next.refIdc === 0) ||
    previous.idr !== next.idr ||
    previous.idrPicId !== next.idrPicId ||
    previous.pocLsb !== next.pocLsb ||
    previous.deltaPocBottom !== next.deltaPocBottom ||
    previous.deltaPoc0 !== next.deltaPoc0 ||
    previous.deltaPoc1 !== next.deltaPoc1 ||
    // Not in the clause, but a picture has only one first macroblock (arbitrary slice order aside).
    next.firstMb === 0
  );
}
