/** A colour as 8-bit limited-range Y'CbCr, BT.709. */
export interface Colour {
  readonly y: number;
  readonly u: number;
  readonly v: number;
}

/** From a CSS-like `#rrggbb`. */
export function colour(hex: string): Colour {
  const n = Number.parseInt(hex.slice(1), 16);
  const r = (n >> 16) / 255;
  const g = ((n >> 8) & 255) / 255;
  const b = (n & 255) / 255;
  const luma = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return {
    y: 16 + 219 * luma,
    u: 128 + (224 * (b - luma)) / 1.8556,
    v: 128 + (224 * (r - luma)) / 1.5748,
  };
}

/** The colour under more (`factor` > 1) or less light; hue stays, black stays black. */
export function lit(c: Colour, factor: number): Colour {
  const y = Math.min(235, 16 + (c.y - 16) * factor);
  const gain = factor > 1 ? 1 / Math.sqrt(factor) : 0.4 + 0.6 * factor;
  return { y, u: 128 + (c.u - 128) * gain, v: 128 + (c.v - 128) * gain };
}

/** Linear mixture: 0 gives `a`, 1 gives `b`. */
export function mix(a: Colour, b: Colour, share: number): Colour {
  return { y: a.y + (b.y - a.y) * share, u: a.u + (b.u - a.u) * share, v: a.v + (b.v - a.v) * share };
}
