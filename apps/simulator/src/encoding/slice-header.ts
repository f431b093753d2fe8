import { BitReader, parseSps, removeEmulationPrevention, typeOfNal } from '@marsad/media';

/** Fields of the parameter sets that the length of a slice header depends on (H.264 7.3.3). */
export interface SliceSyntax {
  readonly log2MaxFrameNum: number;
  readonly pocType: number;
  readonly log2MaxPocLsb: number;
  readonly deblockingControl: boolean;
}

/**
 * Reads what slice headers depend on. Throws unless the stream is what the band can be joined to: CAVLC, frames only,
 * one slice group, one reference, no weighting.
 */
export function sliceSyntax(sps: Buffer, pps: Buffer): SliceSyntax {
  const sequence = parseSps(sps);
  const bits = new BitReader(removeEmulationPrevention(pps), 1);
  bits.ue();
  bits.ue();
  const cabac = bits.u(1);
  const bottomFieldOrder = bits.u(1);
  const sliceGroups = bits.ue();
  const references = bits.ue();
  bits.ue();
  const weighted = bits.u(1);
  bits.u(2);
  bits.se();
  bits.se();
  bits.se();
  const deblockingControl = bits.u(1) === 1;
  bits.u(1);
  const redundant = bits.u(1);
  const odd = cabac + bottomFieldOrder + sliceGroups + references + weighted + redundant > 0;
  if (odd || bits.overrun || !sequence.frameMbsOnly) throw new Error('the encoded scene cannot be joined with a band');
  return {
    log2MaxFrameNum: sequence.log2MaxFrameNum,
    pocType: sequence.pocType,
    log2MaxPocLsb: sequence.log2MaxPocLsb,
    deblockingControl,
  };
}

/**
 * The bits of an I or P slice header behind `first_mb_in_slice`, as text of 0 and 1. Another slice of the same picture
 * begins with the same bits, so that the two cannot disagree.
 */
export function headerBits(nal: Buffer, syntax: SliceSyntax): string {
  const rbsp = removeEmulationPrevention(nal);
  const bits = new BitReader(rbsp, 1);
  bits.ue();
  const start = bits.position;
  const type = bits.ue() % 5;
  if (type !== 0 && type !== 2) throw new Error('slice is neither I nor P');
  bits.ue();
  bits.u(syntax.log2MaxFrameNum);
  const idr = typeOfNal(nal) === 5;
  if (idr) bits.ue();
  if (syntax.pocType === 0) bits.u(syntax.log2MaxPocLsb);
  if (type === 0) {
    if (bits.u(1) === 1) bits.ue();
    if (bits.u(1) === 1) while (bits.ue() !== 3 && !bits.overrun) bits.ue();
  }
  if (idr) bits.u(2);
  else if (bits.u(1) === 1) throw new Error('slice marks references explicitly');
  bits.se();
  if (!syntax.deblockingControl || bits.ue() !== 1) throw new Error('the scene is encoded with a deblocking filter');
  if (bits.overrun) throw new Error('slice header is cut');
  const again = new BitReader(rbsp);
  again.skip(start);
  let text = '';
  while (again.position < bits.position) text += again.u(1);
  return text;
}
