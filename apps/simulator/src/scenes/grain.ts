import type { Canvas } from './canvas.ts';
import { seeded } from './random.ts';

/** Roughens the luma of a rectangle once (asphalt, concrete); `strength` is the largest step either way. */
export function addGrain(
  canvas: Canvas,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  strength: number,
  seed: number,
) {
  const random = seeded(seed);
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) {
      const at = y * canvas.width + x;
      const value = (canvas.y[at] ?? 16) + (random() + random() - 1) * strength;
      canvas.y[at] = value < 16 ? 16 : Math.min(value, 235);
    }
  }
}

/** Added to each value of the pattern, so that none is below zero and four of them can be added at a time. */
const LIFT = 8;
const LIFTS = 0x08080808;
/** Values in the pattern; a power of two. */
const PATTERN = 1 << 16;

/** The restless noise of an image sensor: a fixed pattern laid over each picture at another offset. */
export class SensorNoise {
  readonly #pattern = new Uint8Array(PATTERN);

  /** @param strength the largest step either way is one and a half times that; at most 5 */
  constructor(strength: number) {
    const random = seeded(977);
    for (let i = 0; i < this.#pattern.length; i++) {
      this.#pattern[i] = LIFT + Math.round((random() + random() + random() - 1.5) * strength);
    }
  }

  /**
   * Adds the noise of picture `index` to a plane of luma (16 to 235), four pixels at a time; the same index gives the same
   * noise. Black may become a little blacker: nothing leaves the byte.
   */
  apply(luma: Uint8Array, index: number): void {
    const words = new Int32Array(luma.buffer, luma.byteOffset, luma.length >> 2);
    const pattern = new Int32Array(this.#pattern.buffer);
    let at = Math.imul(index + 1, 40503) & (pattern.length - 1);
    for (let i = 0; i < words.length; i++) {
      words[i] = (words[i] ?? 0) + (pattern[at] ?? 0) - LIFTS;
      at = (at + 1) & (pattern.length - 1);
    }
  }
}
