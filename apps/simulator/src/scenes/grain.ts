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

/** The restless noise of an image sensor: a fixed pattern laid over each picture at another offset. */
export class SensorNoise {
  readonly #pattern = new Int8Array(1 << 16);

  constructor(strength: number) {
    const random = seeded(977);
    for (let i = 0; i < this.#pattern.length; i++) {
      this.#pattern[i] = Math.round((random() + random() + random() - 1.5) * strength);
    }
  }

  /** Adds the noise of picture `index` to `rows` of luma from `start`; the same index gives the same noise. */
  apply(luma: Uint8Array, start: number, end: number, index: number): void {
    const pattern = this.#pattern;
    let at = Math.imul(index + 1, 40503) & 0xffff;
    for (let i = start; i < end; i++) {
      const value = (luma[i] ?? 16) + (pattern[at] ?? 0);
      luma[i] = value < 16 ? 16 : Math.min(value, 235);
      at = (at + 1) & 0xffff;
    }
  }
}
