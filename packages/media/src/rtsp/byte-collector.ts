const nothing = Buffer.alloc(0);

/** Bytes that came in pieces, one after another in one buffer, which is used again for the next. */
export class ByteCollector {
  #buffer = nothing;
  #length = 0;

  /** How many there are. */
  get length(): number {
    return this.#length;
  }

  /** The collected bytes are its first {@link length}. Changes with `append`; not to be kept. */
  get buffer(): Buffer {
    return this.#buffer;
  }

  /** @param expected how many bytes are to come in all, when that is known: then no more room is made than they need */
  append(chunk: Buffer, from: number, to: number, expected = 0): void {
    const needed = this.#length + to - from;
    if (needed > this.#buffer.length) {
      const size = expected >= needed && expected <= 65_539 ? expected : Math.max(needed, this.#buffer.length * 2, 64);
      const grown = Buffer.allocUnsafe(size);
      this.#buffer.copy(grown, 0, 0, this.#length);
      this.#buffer = grown;
    }
    chunk.copy(this.#buffer, this.#length, from, to);
    this.#length = needed;
  }

  /** Begins anew. The buffer stays for the next bytes, unless it is a large one. */
  clear(keep = Number.POSITIVE_INFINITY): void {
    this.#length = 0;
    if (this.#buffer.length > keep) this.#buffer = nothing;
  }

  /** Hands the bytes over to whoever keeps them; the next get a buffer of their own. */
  take(): Buffer {
    const taken = this.#buffer.subarray(0, this.#length);
    this.#buffer = nothing;
    this.#length = 0;
    return taken;
  }
}
