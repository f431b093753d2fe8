export interface ReorderBufferOptions {
  /** Packets held at most. Default 128. */
  readonly maxPackets?: number;
  /** How long a missing packet is waited for, in milliseconds. Default 100. */
  readonly maxDelayMs?: number;
  /** Monotonic clock in milliseconds. Default `performance.now`. */
  readonly now?: () => number;
  /** Packets in order of their sequence numbers. */
  onPacket(packet: Buffer): void;
}

/**
 * Puts UDP packets in order before they reach a receiver. In-order packets pass straight through. A missing packet is waited for
 * until it is late or too many wait behind it; then it is given up, and the receiver sees the gap.
 *
 * No timer inside: call `expire` when `deadline` has come. Packets held are referred to, so they must not be written to.
 */
export class ReorderBuffer {
  /** Packets that came after they had been given up, or twice. */
  late = 0;
  readonly #options: ReorderBufferOptions;
  readonly #maxPackets: number;
  readonly #maxDelay: number;
  readonly #now: () => number;
  readonly #held = new Map<number, { readonly packet: Buffer; readonly at: number }>();
  #next = -1;
  #lateRun = 0;

  constructor(options: ReorderBufferOptions) {
    this.#options = options;
    this.#maxPackets = options.maxPackets ?? 128;
    this.#maxDelay = options.maxDelayMs ?? 100;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Packets waiting. */
  get size(): number {
    return this.#held.size;
  }

  /** Monotonic time at which `expire` should be called; null when nothing waits. */
  get deadline(): number | null {
    for (const { at } of this.#held.values()) return at + this.#maxDelay;
    return null;
  }

  push(packet: Buffer): void {
    if (packet.length < 12) return;
    const sequence = ((packet[2] ?? 0) << 8) | (packet[3] ?? 0);
    if (this.#next === -1) this.#next = sequence;
    const ahead = (sequence - this.#next) & 0xffff;
    if (ahead >= 0x8000) {
      this.late++;
      // A run of late packets is a source that began anew.
      if (++this.#lateRun < 32) return;
      this.flush();
      this.#next = sequence;
    } else if (ahead > 0) {
      if (this.#held.has(sequence)) {
        this.late++;
        return;
      }
      if (ahead >= this.#maxPackets * 8) {
        this.flush();
        this.#next = sequence;
      } else {
        this.#held.set(sequence, { packet, at: this.#now() });
        if (this.#held.size >= this.#maxPackets) this.#skip();
        else this.expire();
        return;
      }
    }
    this.#lateRun = 0;
    this.#next = (sequence + 1) & 0xffff;
    this.#options.onPacket(packet);
    if (this.#held.size > 0) {
      this.#drain();
      this.expire();
    }
  }

  /** Gives up packets that have been waited for too long. */
  expire(): void {
    if (this.#held.size === 0) return;
    const before = this.#now() - this.#maxDelay;
    for (let deadline = this.deadline; deadline !== null; deadline = this.deadline) {
      if (deadline - this.#maxDelay > before) return;
      this.#skip();
    }
  }

  /** Gives out everything held, in order. */
  flush(): void {
    while (this.#held.size > 0) this.#skip();
  }

  /** Goes on with the nearest packet held. */
  #skip(): void {
    let nearest = 0x1_0000;
    for (const sequence of this.#held.keys()) nearest = Math.min(nearest, (sequence - this.#next) & 0xffff);
    this.#next = (this.#next + nearest) & 0xffff;
    this.#drain();
  }

  #drain(): void {
    for (let held = this.#held.get(this.#next); held !== undefined; held = this.#held.get(this.#next)) {
      this.#held.delete(this.#next);
      this.#next = (this.#next + 1) & 0xffff;
      this.#options.onPacket(held.packet);
    }
  }
}
