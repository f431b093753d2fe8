export const MACROBLOCK_BYTES = 384;
const BLACK_LUMA = 16;
const WHITE_LUMA = 235;

/**
 * The samples of one macroblock of the band. Equal contents are one object, so that comparing two bands is comparing
 * references. All samples lie in 16…235: no emulation prevention is ever needed among them.
 */
export interface Macroblock {
  /** 256 luma, 64 Cb and 64 Cr samples in raster order, as I_PCM sends them (H.264 7.3.5). */
  readonly samples: Uint8Array;
  /** The luma value when the macroblock is one grey, else null. */
  readonly flat: number | null;
  /** The luma value of the right column when it is one grey, else null: what the neighbour can continue. */
  readonly rightEdge: number | null;
  /** Likewise of the bottom row. */
  readonly bottomEdge: number | null;
}

/** A macroblock of grey samples from 16×16 luma values. */
export function macroblock(luma: Uint8Array): Macroblock {
  const samples = new Uint8Array(MACROBLOCK_BYTES).fill(128);
  for (let i = 0; i < 256; i++) samples[i] = Math.max(BLACK_LUMA, Math.min(WHITE_LUMA, luma[i] ?? BLACK_LUMA));
  return {
    samples,
    flat: uniform(samples, 0, 1, 256),
    rightEdge: uniform(samples, 15, 16, 16),
    bottomEdge: uniform(samples, 240, 1, 16),
  };
}

export const BLACK = macroblock(new Uint8Array(256).fill(BLACK_LUMA));
export const WHITE = macroblock(new Uint8Array(256).fill(WHITE_LUMA));

function uniform(samples: Uint8Array, start: number, step: number, count: number): number | null {
  const first = samples[start] ?? 0;
  for (let i = 1; i < count; i++) if (samples[start + i * step] !== first) return null;
  return first;
}
