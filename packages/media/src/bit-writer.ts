/** Writes bits from the most significant on; grows as needed. */
export class BitWriter {
  #bytes: number[] = [];
  #free = 0;

  /** `count` bits (0 to 32) of an unsigned number. */
  u(count: number, value: number): this {
    for (let i = count - 1; i >= 0; i--) {
      if (this.#free === 0) {
        this.#bytes.push(0);
        this.#free = 8;
      }
      this.#free--;
      const bit = Math.floor(value / 2 ** i) % 2;
      const last = this.#bytes.length - 1;
      this.#bytes[last] = (this.#bytes[last] ?? 0) | (bit << this.#free);
    }
    return this;
  }

  /** Exp-Golomb, unsigned (H.264 9.1). */
  ue(value: number): this {
    const bits = Math.floor(Math.log2(value + 1));
    return this.u(bits, 0).u(bits + 1, value + 1);
  }

  /** Exp-Golomb, signed (H.264 9.1.1). */
  se(value: number): this {
    return this.ue(value > 0 ? value * 2 - 1 : -value * 2);
  }

  /** What was written, the last byte filled with zeros. */
  bytes(): Buffer {
    return Buffer.from(this.#bytes);
  }
}
