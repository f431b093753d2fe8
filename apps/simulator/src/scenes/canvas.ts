import type { Colour } from './colour.ts';
import { CoverageMask } from './coverage-mask.ts';

/** What fills a shape: one colour, or a vertical gradient between two rows of the picture. */
export interface Paint {
  readonly top: Colour;
  readonly bottom: Colour;
  readonly fromRow: number;
  readonly toRow: number;
}

export function gradient(top: Colour, bottom: Colour, fromRow: number, toRow: number): Paint {
  return { top, bottom, fromRow, toRow };
}

/**
 * A planar YUV 4:2:0 picture that polygons are drawn into with antialiased edges. Drawing in YUV from the start spares
 * a colour conversion per picture. Width and height are even.
 */
export class Canvas {
  readonly width: number;
  readonly height: number;
  /** The three planes behind each other, as an encoder takes them. */
  readonly data: Buffer;
  readonly y: Uint8Array;
  readonly u: Uint8Array;
  readonly v: Uint8Array;
  readonly #mask = new CoverageMask();

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    const luma = width * height;
    this.data = Buffer.alloc((luma * 3) / 2, 128);
    const plane = (from: number, length: number) =>
      new Uint8Array(this.data.buffer, this.data.byteOffset + from, length);
    this.y = plane(0, luma).fill(16);
    this.u = plane(luma, luma / 4);
    this.v = plane(luma + luma / 4, luma / 4);
  }

  copyFrom(other: Canvas): void {
    other.data.copy(this.data);
  }

  /** Fills the polygon given as x0, y0, x1, y1, … in pixels; `alpha` from 0 (invisible) to 1. */
  polygon(points: readonly number[], fill: Colour | Paint, alpha = 1): void {
    const mask = this.#mask;
    if (mask.rasterise(points, 1, this.width, this.height)) {
      this.#blend(this.y, this.width, fill, 'y', alpha, 1);
      mask.clear();
    }
    if (mask.rasterise(points, 0.5, this.width / 2, this.height / 2)) {
      this.#blend(this.u, this.width / 2, fill, 'u', alpha, 2);
      this.#blend(this.v, this.width / 2, fill, 'v', alpha, 2);
      mask.clear();
    }
  }

  rect(x: number, y: number, width: number, height: number, fill: Colour | Paint, alpha = 1): void {
    this.polygon([x, y, x + width, y, x + width, y + height, x, y + height], fill, alpha);
  }

  ellipse(cx: number, cy: number, rx: number, ry: number, fill: Colour | Paint, alpha = 1): void {
    const corners = Math.max(8, Math.min(40, Math.round(4 + Math.sqrt(Math.max(rx, ry)) * 4)));
    const points: number[] = [];
    for (let i = 0; i < corners; i++) {
      const a = (i / corners) * 2 * Math.PI;
      points.push(cx + rx * Math.cos(a), cy + ry * Math.sin(a));
    }
    this.polygon(points, fill, alpha);
  }

  /** A straight stroke whose width may change from one end to the other. */
  stroke(x0: number, y0: number, x1: number, y1: number, width: number, fill: Colour | Paint, alpha = 1, end = width) {
    const length = Math.hypot(x1 - x0, y1 - y0) || 1;
    const nx = (y1 - y0) / length / 2;
    const ny = -(x1 - x0) / length / 2;
    this.polygon(
      [
        x0 + nx * width,
        y0 + ny * width,
        x1 + nx * end,
        y1 + ny * end,
        x1 - nx * end,
        y1 - ny * end,
        x0 - nx * width,
        y0 - ny * width,
      ],
      fill,
      alpha,
    );
  }

  #blend(plane: Uint8Array, stride: number, fill: Colour | Paint, part: keyof Colour, alpha: number, rowScale: number) {
    const { left, top, bottom, width, values, from, to } = this.#mask;
    const limit = this.#mask.right - left;
    const flat = 'top' in fill ? null : fill[part];
    for (let row = top; row < bottom; row++) {
      const value = flat ?? shade(fill as Paint, part, row * rowScale);
      const solid = value + 0.5;
      const first = from[row - top] ?? 0;
      const last = Math.min(limit, to[row - top] ?? 0);
      let sum = 0;
      let at = (row - top) * width + first;
      let out = row * stride + left + first;
      for (let x = first; x < last; x++, at++, out++) {
        sum += values[at] ?? 0;
        const cover = sum < 0 ? -sum : sum;
        if (cover < 0.004) continue;
        const weight = cover >= 0.999 ? alpha : cover * alpha;
        if (weight === 1) {
          // Inside the shape nothing changes until the next edge.
          const begin = out;
          while (x + 1 < last && values[at + 1] === 0) {
            x++;
            at++;
            out++;
          }
          plane.fill(solid, begin, out + 1);
          continue;
        }
        const old = plane[out] ?? 0;
        plane[out] = old + (value - old) * weight + 0.5;
      }
    }
  }
}

function shade(paint: Paint, part: keyof Colour, row: number): number {
  const share = (row - paint.fromRow) / (paint.toRow - paint.fromRow || 1);
  const clamped = share < 0 ? 0 : Math.min(share, 1);
  return paint.top[part] + (paint.bottom[part] - paint.top[part]) * clamped;
}
