/** Milliseconds between two requests for the same packet: longer than most round trips, shorter than patience. */
const AGAIN = 50;
/** After that many requests, or that long, a packet is given up. */
const MAX_REQUESTS = 6;
const PATIENCE = 300;
/** More than this at once is no loss but a break: a key picture is what helps. */
const MAX_MISSING = 256;

interface Missing {
  readonly since: number;
  askedAt: number;
  asked: number;
}

/** Sequence numbers (16 bits) that one source has left out, to be asked for again (generic NACK, RFC 4585 6.2.1). */
export class MissingPackets {
  readonly #missing = new Map<number, Missing>();
  #next = -1;

  /** Takes the number of a packet that came; true when it left a gap before it. `now`: milliseconds, monotonic. */
  received(sequence: number, now: number): boolean {
    if (this.#next === -1) {
      this.#next = (sequence + 1) & 0xffff;
      return false;
    }
    const ahead = (sequence - this.#next) & 0xffff;
    if (ahead >= 0x8000) {
      this.#missing.delete(sequence);
      return false;
    }
    this.#next = (sequence + 1) & 0xffff;
    if (ahead === 0) return false;
    if (ahead + this.#missing.size > MAX_MISSING) {
      this.#missing.clear();
      return false;
    }
    for (let i = ahead; i > 0; i--) {
      this.#missing.set((sequence - i) & 0xffff, { since: now, askedAt: Number.NEGATIVE_INFINITY, asked: 0 });
    }
    return true;
  }

  get size(): number {
    return this.#missing.size;
  }

  /** The numbers to ask for now; each is counted as asked for. Those waited for too long are forgotten. */
  due(now: number): number[] {
    const due: number[] = [];
    for (const [sequence, missing] of this.#missing) {
      if (missing.asked >= MAX_REQUESTS || now - missing.since > PATIENCE) this.#missing.delete(sequence);
      else if (now - missing.askedAt >= AGAIN) {
        missing.askedAt = now;
        missing.asked++;
        due.push(sequence);
      }
    }
    return due;
  }

  /** The source began anew. */
  reset(): void {
    this.#missing.clear();
    this.#next = -1;
  }
}
