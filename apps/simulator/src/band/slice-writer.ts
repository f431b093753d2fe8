import { MACROBLOCK_BYTES } from './macroblock.ts';

/**
 * Writes the bits of one slice NAL unit, with emulation prevention (H.264 7.4.1) as it goes. Unlike a general bit
 * writer it takes whole I_PCM macroblocks as bytes, which hold no zero and so need no look. One writer is used again for
 * every slice.
 */
export class SliceWriter {
  #bytes = Buffer.allocUnsafe(64 * 1024);
  #length = 0;
  #pending = 0;
  #pendingBits = 0;
  #zeros = 0;

  begin(nalHeader: number): void {
    this.#length = 0;
    this.#pending = 0;
    this.#pendingBits = 0;
    this.#zeros = 0;
    this.#put(nalHeader);
  }

  /** The lowest `count` (at most 24) bits of `value`. */
  u(value: number, count: number): void {
    for (let i = count - 1; i >= 0; i--) {
      this.#pending = (this.#pending << 1) | ((value >>> i) & 1);
      if (++this.#pendingBits === 8) this.#flush();
    }
  }

  ue(value: number): void {
    const length = 32 - Math.clz32(value + 1);
    this.u(0, length - 1);
    this.u(value + 1, length);
  }

  se(value: number): void {
    this.ue(value > 0 ? 2 * value - 1 : -2 * value);
  }

  /** Bits given as text of 0 and 1. */
  text(bits: string): void {
    for (let i = 0; i < bits.length; i++) this.u(bits.charCodeAt(i) & 1, 1);
  }

  /** pcm_alignment_zero_bits and the samples of an I_PCM macroblock (7.3.5). */
  pcm(samples: Uint8Array): void {
    while (this.#pendingBits !== 0) this.u(0, 1);
    this.#reserve(MACROBLOCK_BYTES);
    this.#bytes.set(samples, this.#length);
    this.#length += samples.length;
    this.#zeros = 0;
  }

  /** Ends the slice (rbsp_trailing_bits, 7.3.2.11) and gives a copy of the NAL unit. */
  end(): Buffer {
    this.u(1, 1);
    while (this.#pendingBits !== 0) this.u(0, 1);
    return Buffer.from(this.#bytes.subarray(0, this.#length));
  }

  #flush(): void {
    const byte = this.#pending & 0xff;
    this.#pending = 0;
    this.#pendingBits = 0;
    if (this.#zeros >= 2 && byte <= 3) this.#put(3);
    this.#put(byte);
  }

  #put(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = byte;
    this.#zeros = byte === 0 ? this.#zeros + 1 : 0;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(this.#bytes.length * 2 + bytes);
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}
