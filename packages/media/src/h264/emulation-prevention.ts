/**
 * The RBSP of a NAL unit: `emulation_prevention_three_byte`s taken out (H.264 7.3.1), header byte kept.
 * `limit`: how many bytes of the NAL unit to look at, for reading only a header. Returns a view when nothing changes.
 */
export function removeEmulationPrevention(nal: Buffer, limit = nal.length): Buffer {
  const end = Math.min(limit, nal.length);
  let out: Buffer | null = null;
  let written = 0;
  let zeros = 0;
  for (let i = 0; i < end; i++) {
    const byte = nal[i] ?? 0;
    if (zeros >= 2 && byte === 3) {
      if (out === null) {
        out = Buffer.allocUnsafe(end);
        nal.copy(out, 0, 0, i);
        written = i;
      }
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    if (out !== null) out[written++] = byte;
  }
  return out === null ? nal.subarray(0, end) : out.subarray(0, written);
}

/** The opposite (H.264 7.4.1): a NAL unit that holds no start code. */
export function insertEmulationPrevention(rbsp: Buffer): Buffer {
  const out: number[] = [];
  let zeros = 0;
  for (const byte of rbsp) {
    if (zeros >= 2 && byte <= 3) {
      out.push(3);
      zeros = 0;
    }
    out.push(byte);
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  // cabac_zero_word: a NAL unit must not end in a zero.
  if (zeros >= 2) out.push(3);
  return Buffer.from(out);
}
