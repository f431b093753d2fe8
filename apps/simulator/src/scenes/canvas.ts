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

  /** Fills this picture with one of half the width and height, smoothly: what is far away or rushes by need not be sharp. */
  enlarge(half: Canvas): void {
    for (const plane of ['y', 'u', 'v'] as const) {
      enlargePlane(half[plane], this[plane], plane === 'y' ? half.width : half.width / 2);
    }
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

  /** In one piece: numbers with a fraction that pass from function to function cost an allocation each. */
  #blend(plane: Uint8Array, stride: number, fill: Colour | Paint, part: keyof Colour, alpha: number, rowScale: number) {
    const { left, top, bottom, width, values, down, up } = this.#mask;
    const limit = this.#mask.right - left;
    const flat = 'top' in fill ? null : fill[part];
    for (let row = top; row < bottom; row++) {
      const value = flat ?? shade(fill as Paint, part, row * rowScale);
      const at = row - top;
      const first = (down.from[at] ?? 0) <= (up.from[at] ?? 0) ? down : up;
      const second = first === down ? up : down;
      const apart = (second.from[at] ?? 0) > (first.to[at] ?? 0);
      const end = Math.min(limit, Math.max(second.to[at] ?? 0, first.to[at] ?? 0));
      // With the first edge behind it, nothing changes up to the second.
      const gap = apart ? (first.to[at] ?? 0) : end;
      const gapEnd = apart ? Math.min(limit, second.from[at] ?? 0) : end;
      const start = at * width;
      const out = row * stride + left;
      let sum = 0;
      for (let x = first.from[at] ?? 0; x < end; x++) {
        if (x === gap) {
          const cover = sum < 0 ? -sum : sum;
          if (cover >= 0.999 && alpha === 1) fillRow(plane, value, out + x, out + gapEnd);
          else if (cover >= 0.004) {
            const weight = cover >= 0.999 ? alpha : cover * alpha;
            const painted = value * weight + 0.5;
            for (let i = out + x; i < out + gapEnd; i++) plane[i] = (plane[i] ?? 0) * (1 - weight) + painted;
          }
          x = gapEnd;
          if (x >= end) break;
        }
        sum += values[start + x] ?? 0;
        const cover = sum < 0 ? -sum : sum;
        if (cover < 0.004) continue;
        const old = plane[out + x] ?? 0;
        plane[out + x] = old + (value - old) * (cover >= 0.999 ? alpha : cover * alpha) + 0.5;
      }
    }
  }
}

/** A call of `fill` costs as much as a dozen pixels. */
function fillRow(plane: Uint8Array, value: number, from: number, to: number): void {
  const solid = (value + 0.5) | 0;
  if (to - from > 16) plane.fill(solid, from, to);
  else for (let at = from; at < to; at++) plane[at] = solid;
}

/** Every other pixel and row is the mean of its neighbours; rows in between are made four pixels at a time. */
function enlargePlane(from: Uint8Array, to: Uint8Array, width: number): void {
  const words = new Int32Array(to.buffer, to.byteOffset, to.length >> 2);
  const perRow = width >> 1;
  const rows = from.length / width;
  for (let row = 0; row < rows; row++) {
    let out = row * width * 4;
    for (let at = row * width, end = at + width; at < end; at++) {
      const value = from[at] ?? 0;
      const next = at + 1 < end ? (from[at + 1] ?? 0) : value;
      to[out++] = value;
      to[out++] = (value + next) >> 1;
    }
  }
  for (let row = 0; row < rows; row++) {
    const above = row * perRow * 2;
    const below = row + 1 < rows ? above + perRow * 2 : above;
    for (let i = 0; i < perRow; i++) {
      const a = words[above + i] ?? 0;
      const b = words[below + i] ?? 0;
      words[above + perRow + i] = (a & b) + (((a ^ b) & 0xfefefefe) >>> 1);
    }
  }
}

function shade(paint: Paint, part: keyof Colour, row: number): number {
  const share = (row - paint.fromRow) / (paint.toRow - paint.fromRow || 1);
  const clamped = share < 0 ? 0 : Math.min(share, 1);
  return paint.top[part] + (paint.bottom[part] - paint.top[part]) * clamped;
}
