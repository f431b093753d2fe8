const deepest = 16;

/**
 * Derives decoding times for pictures of which only presentation times are known (RTP carries no others, RFC 6184 5.1).
 *
 * With reordering by at most n pictures, a picture is decoded when the n-th largest presentation time so far is due:
 * that gives times which rise and are never after the presentation. n grows when the pictures prove it too small; then
 * a few decoding times may be late by ticks, but they still rise.
 */
export class DecodeClock {
  #depth = 0;
  readonly #window: number[] = [];
  #last = Number.NEGATIVE_INFINITY;

  /** Pictures of reordering assumed. */
  get depth(): number {
    return this.#depth;
  }

  /** At least `depth` pictures may be reordered. */
  expect(depth: number): void {
    this.#depth = Math.max(this.#depth, Math.min(depth, deepest));
  }

  /** Pictures are no longer reordered: from now on both times are the same. */
  inOrder(): void {
    this.#depth = 0;
    this.#window.length = 0;
  }

  /** Decoding time of the next picture in decoding order; `duration` is the usual length of one. All in ticks. */
  next(pts: number, duration: number): number {
    if (this.#depth === 0 && pts > this.#last) {
      this.#last = pts;
      return pts;
    }
    if (this.#depth === 0) this.#depth = 1;
    const window = this.#window;
    let at = window.length;
    while (at > 0 && (window[at - 1] ?? 0) > pts) at--;
    window.splice(at, 0, pts);
    const missing = this.#depth + 1 - window.length;
    if (missing < 0) window.splice(0, -missing);
    let dts = (window[0] ?? pts) - Math.max(0, missing) * duration;
    if (dts > pts && this.#depth < deepest) this.#depth++;
    if (dts <= this.#last) dts = this.#last + 1;
    this.#last = dts;
    return dts;
  }
}
