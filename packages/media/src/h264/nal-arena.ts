/**
 * Buffers that NAL units are cut from: each twice as long as the one before, from `firstBlock` to `largestBlock`. Long
 * enough that few are made, short enough that one kept picture holds little else in memory.
 */
const firstBlock = 16_384;
const largestBlock = 262_144;
const unused = Buffer.alloc(0);

/**
 * Collects NAL units one after another in large buffers, so that each byte is copied once, from the packet to its
 * place. A finished unit is never written to again.
 */
export class NalArena {
  #block = unused;
  #blockBytes = firstBlock;
  #start = 0;
  #end = 0;

  /** True between `begin` and `finish`. */
  open = false;

  /** Bytes of the unit so far. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** Starts a unit; one that is open is dropped. `expected`: a guess of its length, which saves moving it later. */
  begin(expected: number): void {
    this.#end = this.#start;
    this.open = true;
    if (expected > this.#block.length - this.#start) this.#grow(expected);
  }

  byte(value: number): void {
    if (this.#end === this.#block.length) this.#grow(1);
    this.#block[this.#end++] = value;
  }

  append(source: Buffer, start: number, end: number): void {
    if (this.#end + end - start > this.#block.length) this.#grow(end - start);
    source.copy(this.#block, this.#end, start, end);
    this.#end += end - start;
  }

  /** The unit, in its final place. */
  finish(): Buffer {
    const unit = this.#block.subarray(this.#start, this.#end);
    this.#start = this.#end;
    this.open = false;
    return unit;
  }

  /** Drops the open unit; its room is used again. */
  drop(): void {
    this.#end = this.#start;
    this.open = false;
  }

  #grow(more: number): void {
    const length = this.#end - this.#start;
    const needed = length + more;
    const block = Buffer.allocUnsafeSlow(Math.max(this.#blockBytes, length === 0 ? needed : needed + (needed >> 1)));
    this.#blockBytes = Math.min(largestBlock, this.#blockBytes * 2);
    this.#block.copy(block, 0, this.#start, this.#end);
    this.#block = block;
    this.#start = 0;
    this.#end = length;
  }
}
