/**
 * Exact-area coverage of a polygon over a pixel grid, by signed area accumulation: each edge adds what it covers to
 * the pixels it crosses, and a running sum along a row gives the coverage of each pixel. One mask is used again and
 * again: call `clear` when done with a polygon. Only what lies between the edges of a row is ever touched, so that a
 * long slanted strip costs no more than its area.
 */
export class CoverageMask {
  left = 0;
  right = 0;
  top = 0;
  bottom = 0;
  /** Values per row of the bounding box. */
  width = 0;
  values = new Float32Array(4096);
  /** For each row of the bounding box the columns (from `left`) that were touched: first, and one behind the last. */
  readonly from: Int32Array = new Int32Array(4096);
  readonly to: Int32Array = new Int32Array(4096);

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
    this.from.fill(this.width, 0, this.bottom - this.top);
    this.to.fill(0, 0, this.bottom - this.top);
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
    for (let row = 0; row < this.bottom - this.top; row++) {
      const start = row * this.width;
      const to = this.to[row] ?? 0;
      if (to > 0) this.values.fill(0, start + (this.from[row] ?? 0), start + to);
    }
  }

  #edge(ax: number, ay: number, bx: number, by: number): void {
    if (ay === by) return;
    const down = ay < by;
    const y0 = down ? ay : by;
    const y1 = down ? by : ay;
    const direction = down ? 1 : -1;
    const slope = (bx - ax) / (by - ay);
    let x = down ? ax : bx;
    if (y0 < 0) x -= y0 * slope;
    const last = Math.min(this.bottom - this.top, Math.ceil(y1));
    for (let row = Math.max(0, Math.floor(y0)); row < last; row++) {
      const dy = Math.min(row + 1, y1) - Math.max(row, y0);
      const next = x + slope * dy;
      this.#span(row, this.#clamp(x), this.#clamp(next), dy * direction);
      x = next;
    }
  }

  #clamp(x: number): number {
    const limit = this.right - this.left;
    return x < 0 ? 0 : Math.min(x, limit);
  }

  /** Adds one edge piece that stays within one row: `d` is its signed height. */
  #span(row: number, xa: number, xb: number, d: number): void {
    const a = this.values;
    const x0 = Math.min(xa, xb);
    const x1 = Math.max(xa, xb);
    const first = Math.floor(x0);
    const end = Math.ceil(x1);
    const start = row * this.width;
    if (first < (this.from[row] ?? 0)) this.from[row] = first;
    if (end + 2 > (this.to[row] ?? 0)) this.to[row] = Math.min(end + 2, this.width);
    const at = start + first;
    if (end <= first + 1) {
      const middle = 0.5 * (x0 + x1) - first;
      a[at] = (a[at] ?? 0) + d - d * middle;
      a[at + 1] = (a[at + 1] ?? 0) + d * middle;
      return;
    }
    const s = 1 / (x1 - x0);
    const into = x0 - first;
    const head = 0.5 * s * (1 - into) * (1 - into);
    const out = x1 - end + 1;
    const tail = 0.5 * s * out * out;
    a[at] = (a[at] ?? 0) + d * head;
    if (end === first + 2) {
      a[at + 1] = (a[at + 1] ?? 0) + d * (1 - head - tail);
    } else {
      const second = s * (1.5 - into);
      a[at + 1] = (a[at + 1] ?? 0) + d * (second - head);
      for (let x = first + 2; x < end - 1; x++) a[start + x] = (a[start + x] ?? 0) + d * s;
      const left = d * (1 - (second + (end - first - 3) * s) - tail);
      a[start + end - 1] = (a[start + end - 1] ?? 0) + left;
    }
    a[start + end] = (a[start + end] ?? 0) + d * tail;
  }
}
