import { BitReader } from '../bit-reader.ts';
import { MediaError } from '../media-error.ts';
import { removeEmulationPrevention } from './emulation-prevention.ts';
import { nalType, typeOfNal } from './nal.ts';

/** Fields of a sequence parameter set (H.264 7.3.2.1.1) that this package or its users need. */
export interface Sps {
  readonly id: number;
  readonly profileIdc: number;
  /** The byte between `profile_idc` and `level_idc`. */
  readonly constraintFlags: number;
  readonly levelIdc: number;
  /** Six hex digits of those three. */
  readonly profileLevelId: string;
  /** Displayed size in pixels, cropping applied. */
  readonly width: number;
  readonly height: number;
  /** Pictures per second by the VUI, or null. */
  readonly frameRate: number | null;
  readonly separateColourPlanes: boolean;
  readonly log2MaxFrameNum: number;
  readonly pocType: number;
  readonly log2MaxPocLsb: number;
  readonly deltaPicOrderAlwaysZero: boolean;
  readonly frameMbsOnly: boolean;
  readonly maxNumRefFrames: number;
  /** `max_num_reorder_frames` of the VUI (E.2.1), or null. */
  readonly maxReorderFrames: number | null;
  /**
   * Whether output order can differ from decoding order: false when ruled out (baseline profile, POC type 2, one or
   * no reference, VUI says 0), true when the VUI says so, null when only the pictures will tell.
   */
  readonly reorders: boolean | null;
}

const chromaProfiles = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);

/** @throws MediaError H264_MALFORMED */
export function parseSps(nal: Buffer): Sps {
  if (typeOfNal(nal) !== nalType.sps || nal.length < 4 || nal.length > 4096) throw malformed('not an SPS');
  const bits = new BitReader(removeEmulationPrevention(nal), 1);
  const profileIdc = bits.u(8);
  const constraintFlags = bits.u(8);
  const levelIdc = bits.u(8);
  const id = bits.ue();
  let chromaFormat = 1;
  let separateColourPlanes = false;
  if (chromaProfiles.has(profileIdc)) {
    chromaFormat = bits.ue();
    if (chromaFormat === 3) separateColourPlanes = bits.u(1) === 1;
    bits.ue();
    bits.ue();
    bits.skip(1);
    if (bits.u(1) === 1)
      for (let i = 0; i < (chromaFormat === 3 ? 12 : 8); i++) if (bits.u(1)) skipScalingList(bits, i);
  }
  const log2MaxFrameNum = bits.ue() + 4;
  const pocType = bits.ue();
  let log2MaxPocLsb = 0;
  let deltaPicOrderAlwaysZero = false;
  if (pocType === 0) log2MaxPocLsb = bits.ue() + 4;
  else if (pocType === 1) {
    deltaPicOrderAlwaysZero = bits.u(1) === 1;
    bits.se();
    bits.se();
    const cycle = bits.ue();
    if (cycle > 255) throw malformed('SPS with an endless order count cycle');
    for (let i = 0; i < cycle; i++) bits.se();
  }
  const maxNumRefFrames = bits.ue();
  bits.skip(1);
  const widthInMbs = bits.ue() + 1;
  const heightInMapUnits = bits.ue() + 1;
  const frameMbsOnly = bits.u(1) === 1;
  if (!frameMbsOnly) bits.skip(1);
  bits.skip(1);
  let cropWidth = 0;
  let cropHeight = 0;
  if (bits.u(1) === 1) {
    // 7.4.2.1.1: crop units (equations 7-19 to 7-22).
    const subWidth = chromaFormat === 1 || chromaFormat === 2 ? 2 : 1;
    const subHeight = chromaFormat === 1 ? 2 : 1;
    const left = bits.ue();
    const right = bits.ue();
    const top = bits.ue();
    const bottom = bits.ue();
    cropWidth = (left + right) * subWidth;
    cropHeight = (top + bottom) * subHeight * (frameMbsOnly ? 1 : 2);
  }
  const broken =
    bits.overrun || id > 31 || log2MaxFrameNum > 16 || log2MaxPocLsb > 16 || pocType > 2 || chromaFormat > 3;
  const width = widthInMbs * 16 - cropWidth;
  const height = heightInMapUnits * 16 * (frameMbsOnly ? 1 : 2) - cropHeight;
  if (broken || width <= 0 || height <= 0 || width > 16_384 || height > 16_384) throw malformed('SPS out of range');
  const vui = bits.u(1) === 1 ? readVui(bits) : { frameRate: null, maxReorderFrames: null };
  const never = profileIdc === 66 || pocType === 2 || maxNumRefFrames === 0;
  return {
    id,
    profileIdc,
    constraintFlags,
    levelIdc,
    profileLevelId: nal.toString('hex', 1, 4),
    width,
    height,
    ...vui,
    separateColourPlanes,
    log2MaxFrameNum,
    pocType,
    log2MaxPocLsb,
    deltaPicOrderAlwaysZero,
    frameMbsOnly,
    maxNumRefFrames,
    reorders: never ? false : vui.maxReorderFrames === null ? null : vui.maxReorderFrames > 0,
  };
}

/** Video usability information (E.1.1). A cut or wrong one is as good as none: cameras get it wrong often. */
function readVui(bits: BitReader): Pick<Sps, 'frameRate' | 'maxReorderFrames'> {
  let frameRate: number | null = null;
  if (bits.u(1) === 1 && bits.u(8) === 255) bits.skip(32);
  if (bits.u(1) === 1) bits.skip(1);
  if (bits.u(1) === 1) {
    bits.skip(4);
    if (bits.u(1) === 1) bits.skip(24);
  }
  if (bits.u(1) === 1) {
    bits.ue();
    bits.ue();
  }
  if (bits.u(1) === 1) {
    const unitsInTick = bits.u(32);
    const timeScale = bits.u(32);
    bits.skip(1);
    const rate = unitsInTick > 0 ? timeScale / (2 * unitsInTick) : 0;
    if (!bits.overrun && rate >= 0.1 && rate <= 500) frameRate = rate;
  }
  const nalHrd = bits.u(1) === 1;
  if (nalHrd) skipHrd(bits);
  const vclHrd = bits.u(1) === 1;
  if (vclHrd) skipHrd(bits);
  if (nalHrd || vclHrd) bits.skip(1);
  bits.skip(1);
  if (bits.u(1) === 0) return { frameRate, maxReorderFrames: null };
  bits.skip(1);
  bits.ue();
  bits.ue();
  bits.ue();
  bits.ue();
  const maxReorderFrames = bits.ue();
  return { frameRate, maxReorderFrames: bits.overrun || maxReorderFrames > 16 ? null : maxReorderFrames };
}

function skipHrd(bits: BitReader): void {
  const count = Math.min(bits.ue() + 1, 32);
  bits.skip(8);
  for (let i = 0; i < count; i++) {
    bits.ue();
    bits.ue();
    bits.skip(1);
  }
  bits.skip(20);
}

function skipScalingList(bits: BitReader, index: number): void {
  let last = 8;
  let next = 8;
  for (let i = 0; i < (index < 6 ? 16 : 64) && !bits.overrun; i++) {
    if (next !== 0) next = (last + bits.se() + 256) % 256;
    if (next !== 0) last = next;
  }
}

function malformed(what: string): MediaError {
  return new MediaError('H264_MALFORMED', what);
}
