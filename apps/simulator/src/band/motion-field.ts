const INTRA = -1;

/**
 * The horizontal motion of the macroblocks of a P slice that begins at macroblock 0, in quarter samples, with the
 * prediction of H.264 8.4.1.3 for 16×16 partitions and a single reference. Vertical motion is always 0.
 */
export class MotionField {
  readonly #columns: number;
  readonly #motion: Int32Array;
  /** 0 refers to the one reference, -1 does not (intra). */
  readonly #reference: Int8Array;

  constructor(columns: number, count: number) {
    this.#columns = columns;
    this.#motion = new Int32Array(count);
    this.#reference = new Int8Array(count);
  }

  setIntra(index: number): void {
    this.#reference[index] = INTRA;
  }

  setMotion(index: number, motion: number): void {
    this.#motion[index] = motion;
  }

  /** Whether P_Skip here means no motion (8.4.1.1). */
  skipIsStill(index: number): boolean {
    const left = this.#left(index);
    const above = this.#above(index);
    if (left === null || above === null) return true;
    if (this.#still(left) || this.#still(above)) return true;
    return this.predict(index) === 0;
  }

  /** The predicted motion (8.4.1.3). */
  predict(index: number): number {
    const a = this.#left(index);
    const b = this.#above(index);
    let c = this.#aboveRight(index);
    if (c === null) c = this.#aboveLeft(index);
    if (b === null && c === null && a !== null) return this.#value(a);
    const candidates = [a, b, c];
    const referring = candidates.filter((one) => one !== null && this.#reference[one] === 0);
    const [only] = referring;
    if (referring.length === 1 && only !== undefined) return this.#value(only);
    const [x = 0, y = 0, z = 0] = candidates.map((one) => this.#value(one));
    return Math.max(Math.min(x, y), Math.min(Math.max(x, y), z));
  }

  #still(index: number): boolean {
    return this.#reference[index] === 0 && this.#motion[index] === 0;
  }

  #value(index: number | null): number {
    return index === null || this.#reference[index] === INTRA ? 0 : (this.#motion[index] ?? 0);
  }

  #left(index: number): number | null {
    return index % this.#columns > 0 ? index - 1 : null;
  }

  #above(index: number): number | null {
    return index >= this.#columns ? index - this.#columns : null;
  }

  #aboveRight(index: number): number | null {
    return index >= this.#columns && (index + 1) % this.#columns > 0 ? index - this.#columns + 1 : null;
  }

  #aboveLeft(index: number): number | null {
    return index >= this.#columns && index % this.#columns > 0 ? index - this.#columns - 1 : null;
  }
}
