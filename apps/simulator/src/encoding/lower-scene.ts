import { BitReader, BitWriter, insertEmulationPrevention, parseSps, removeEmulationPrevention } from '@marsad/media';

/**
 * Moves a slice down: raises `first_mb_in_slice` from 0 to `macroblocks` and shifts the rest of the slice (H.264
 * 7.3.3). With CAVLC nothing else depends on the position; prediction never crosses the border of a slice.
 */
export function lowerSlice(nal: Buffer, macroblocks: number): Buffer {
  const rbsp = removeEmulationPrevention(nal);
  const head = new BitWriter().u(8, rbsp[0] ?? 0).ue(macroblocks);
  const headLength = 8 + 2 * Math.floor(Math.log2(macroblocks + 1)) + 1;
  const from = new BitReader(rbsp, 1);
  if (from.ue() !== 0) throw new Error('only a picture of one slice can be lowered');
  const stop = lastOne(rbsp);
  const length = stop + 1 - from.position;
  const out = Buffer.alloc((headLength + length + 7) >> 3);
  head.bytes().copy(out);
  let at = headLength;
  for (let left = length; left > 0; ) {
    // Byte by byte of the target, so that only the first and last are partial.
    const take = Math.min(8 - (at & 7), left);
    out[at >> 3] = (out[at >> 3] ?? 0) | (from.u(take) << (8 - (at & 7) - take));
    at += take;
    left -= take;
  }
  return insertEmulationPrevention(out);
}

/** The sequence parameter set for a picture that is `rows` macroblocks higher; cropping stays at the bottom. */
export function heightenSps(sps: Buffer, rows: number): Buffer {
  const { pocType } = parseSps(sps);
  const rbsp = removeEmulationPrevention(sps);
  const from = new BitReader(rbsp, 4);
  if (rbsp[1] !== 66 || pocType === 1) throw new Error('only a baseline parameter set can be heightened');
  const to = new BitWriter();
  for (let i = 0; i < 4; i++) to.u(8, rbsp[i] ?? 0);
  to.ue(from.ue()).ue(from.ue()).ue(from.ue());
  if (pocType === 0) to.ue(from.ue());
  to.ue(from.ue()).u(1, from.u(1)).ue(from.ue());
  to.ue(from.ue() + rows);
  const end = lastOne(rbsp) + 1;
  while (from.position < end) to.u(1, from.u(1));
  return insertEmulationPrevention(to.bytes());
}

/** Position of the stop bit (rbsp_stop_one_bit). */
function lastOne(rbsp: Buffer): number {
  let last = rbsp.length - 1;
  while (last > 0 && rbsp[last] === 0) last--;
  const byte = rbsp[last] ?? 0x80;
  return last * 8 + 7 - (31 - Math.clz32(byte & -byte));
}
