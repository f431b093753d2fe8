/**
 * Reads bits from the most significant on. Never throws: past the end it reads zeros and sets `overrun`, so that a
 * parser checks once, at its end.
 */
export class BitReader {
  /** True once more was read than there is. */
  overrun = false;
  readonly #bytes: Uint8Array;
  readonly #bits: number;
  #position: number;

  /** `start`: first byte to read. */
  constructor(bytes: Uint8Array, start = 0) {
    this.#bytes = bytes;
    this.#bits = bytes.length * 8;
    this.#position = start * 8;
  }

  /** Bits read so far, from the beginning of the buffer. */
  get position(): number {
    return this.#position;
  }

  get bitsLeft(): number {
    return Math.max(0, this.#bits - this.#position);
  }

  /** `count` bits (0 to 32) as an unsigned number. */
  u(count: number): number {
    if (this.#position + count > this.#bits) {
      this.overrun = true;
      this.#position = this.#bits;
      return 0;
    }
    let value = 0;
    let left = count;
    while (left > 0) {
      const offset = this.#position & 7;
      const take = Math.min(8 - offset, left);
      const byte = this.#bytes[this.#position >> 3] ?? 0;
      value = value * 2 ** take + ((byte >> (8 - offset - take)) & ((1 << take) - 1));
      this.#position += take;
      left -= take;
    }
    return value;
  }

  skip(count: number): void {
    this.#position += count;
    if (this.#position > this.#bits) {
      this.overrun = true;
      this.#position = this.#bits;
    }
  }

  /** Exp-Golomb, unsigned (H.264 9.1). */
  ue(): number {
    let zeros = 0;
    while (this.u(1) === 0) {
      if (this.overrun || ++zeros > 32) {
        this.overrun = true;
        return 0;
      }
    }
    return zeros === 0 ? 0 : 2 ** zeros - 1 + this.u(zeros);
  }

  /** Exp-Golomb, signed (H.264 9.1.1). */
  se(): number {
    const code = this.ue();
    return code % 2 === 1 ? (code + 1) / 2 : code === 0 ? 0 : -code / 2;
  }
}
