import { BitReader } from '../bit-reader.ts';
import { MediaError } from '../media-error.ts';
import { removeEmulationPrevention } from './emulation-prevention.ts';
import { nalType, typeOfNal } from './nal.ts';

/** First fields of a picture parameter set (H.264 7.3.2.2): those that slice headers depend on. */
export interface Pps {
  readonly id: number;
  readonly spsId: number;
  readonly entropyCoding: 'cavlc' | 'cabac';
  readonly bottomFieldPicOrderPresent: boolean;
}

/** @throws MediaError H264_MALFORMED */
export function parsePps(nal: Buffer): Pps {
  if (typeOfNal(nal) !== nalType.pps) throw new MediaError('H264_MALFORMED', 'not a PPS');
  const bits = new BitReader(removeEmulationPrevention(nal, 64), 1);
  const id = bits.ue();
  const spsId = bits.ue();
  const cabac = bits.u(1) === 1;
  const bottomFieldPicOrderPresent = bits.u(1) === 1;
  if (bits.overrun || id > 255 || spsId > 31) throw new MediaError('H264_MALFORMED', 'PPS out of range');
  return { id, spsId, entropyCoding: cabac ? 'cabac' : 'cavlc', bottomFieldPicOrderPresent };
}
