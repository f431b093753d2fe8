/**
 * Exact-area coverage of a polygon over a pixel grid, by signed area accumulation: each edge adds what it covers to
 * the pixels it crosses, and a running sum along a row gives the coverage of each pixel. One mask is used again and
 * again: call `clear` when done with a polygon. Edges that go down and edges that go up are kept apart, so that only the
 * columns that an edge crosses are ever touched: what lies between the two is known without looking.
 */
export class CoverageMask {
  left = 0;
  right = 0;
  top = 0;
  bottom = 0;
  /** Values per row of the bounding box. */
  width = 0;
  values = new Float32Array(4096);
  /** For each row of the bounding box the columns (from `left`) that edges going down and up have touched. */
  readonly down = new Touched();
  readonly up = new Touched();

  /** Returns false when nothing of the polygon lies in the picture. */
  rasterise(points: readonly number[], scale: number, pictureWidth: number, pictureHeight: number): boolean {
    let minX = Infinity;
    let maxX = -Infinity;
    let minY = Infinity;
    let maxY = -Infinity;
    for (let i = 0; i < points.length; i += 2) {
      const x = (points[i] ?? 0) * scale;
      const y = (points[i + 1] ?? 0) * scale;
      if (x < minX) minX = x;
      if (x > maxX) maxX = x;
      if (y < minY) minY = y;
      if (y > maxY) maxY = y;
    }
    this.left = Math.max(0, Math.floor(minX));
    this.right = Math.min(pictureWidth, Math.ceil(maxX));
    this.top = Math.max(0, Math.floor(minY));
    this.bottom = Math.min(pictureHeight, Math.ceil(maxY));
    if (!(this.left < this.right && this.top < this.bottom)) return false;
    this.width = this.right - this.left + 2;
    const size = this.width * (this.bottom - this.top);
    if (size > this.values.length) this.values = new Float32Array(size * 2);
    this.down.reset(this.bottom - this.top, this.width);
    this.up.reset(this.bottom - this.top, this.width);
    for (let i = 0; i < points.length; i += 2) {
      const j = i + 2 < points.length ? i + 2 : 0;
      this.#edge(
        (points[i] ?? 0) * scale - this.left,
        (points[i + 1] ?? 0) * scale - this.top,
        (points[j] ?? 0) * scale - this.left,
        (points[j + 1] ?? 0) * scale - this.top,
      );
    }
    return true;
  }

  /** Forgets the polygon. */
  clear(): void {
    for (const { from, to } of [this.down, this.up]) {
      for (let row = 0; row < this.bottom - this.top; row++) {
        const start = row * this.width;
        for (let x = from[row] ?? 0; x < (to[row] ?? 0); x++) this.values[start + x] = 0;
      }
    }
  }

  #edge(ax: number, ay: number, bx: number, by: number): void {
    if (ay === by) return;
    const goesDown = ay < by;
    const y0 = goesDown ? ay : by;
    const y1 = goesDown ? by : ay;
    const direction = goesDown ? 1 : -1;
    const { from, to } = goesDown ? this.down : this.up;
    const { values, width } = this;
    const limit = this.right - this.left;
    const slope = (bx - ax) / (by - ay);
    let x = goesDown ? ax : bx;
    if (y0 < 0) x -= y0 * slope;
    const last = Math.min(this.bottom - this.top, Math.ceil(y1));
    for (let row = y0 < 0 ? 0 : Math.floor(y0); row < last; row++) {
      const dy = Math.min(row + 1, y1) - Math.max(row, y0);
      const next = x + slope * dy;
      const a = x < 0 ? 0 : Math.min(x, limit);
      const b = next < 0 ? 0 : Math.min(next, limit);
      x = next;
      const x0 = Math.min(a, b);
      const x1 = Math.max(a, b);
      const first = x0 | 0;
      const d = dy * direction;
      if (first < (from[row] ?? 0)) from[row] = first;
      if (x1 <= first + 1) {
        const into = d * (0.5 * (x0 + x1) - first);
        const at = row * width + first;
        values[at] = (values[at] ?? 0) + d - into;
        values[at + 1] = (values[at + 1] ?? 0) + into;
        if (first + 2 > (to[row] ?? 0)) to[row] = first + 2;
      } else {
        const end = Math.ceil(x1);
        spread(values, row * width + first, end - first, x0 - first, x1 - first, d);
        if (end + 1 > (to[row] ?? 0)) to[row] = end + 1;
      }
    }
  }
}

/** Adds an edge piece that crosses `columns` (at least two) within one row, from `x0` to `x1`: `d` is its signed height. */
function spread(values: Float32Array, at: number, columns: number, x0: number, x1: number, d: number): void {
  const s = 1 / (x1 - x0);
  const head = 0.5 * s * (1 - x0) * (1 - x0);
  const out = x1 - columns + 1;
  const tail = 0.5 * s * out * out;
  values[at] = (values[at] ?? 0) + d * head;
  if (columns === 2) {
    values[at + 1] = (values[at + 1] ?? 0) + d * (1 - head - tail);
  } else {
    const second = s * (1.5 - x0);
    values[at + 1] = (values[at + 1] ?? 0) + d * (second - head);
    for (let i = at + 2; i < at + columns - 1; i++) values[i] = (values[i] ?? 0) + d * s;
    const left = d * (1 - (second + (columns - 3) * s) - tail);
    values[at + columns - 1] = (values[at + columns - 1] ?? 0) + left;
  }
  values[at + columns] = (values[at + columns] ?? 0) + d * tail;
}

/** Per row the first column touched and the one behind the last; `from` lies behind `to` where there is none. */
class Touched {
  readonly from = new Int32Array(4096);
  readonly to = new Int32Array(4096);

  reset(rows: number, width: number): void {
    this.from.fill(width, 0, rows);
    this.to.fill(0, 0, rows);
  }
}
