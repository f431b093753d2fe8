import { FRAME_MS, type FrameClock } from './frame-clock.ts';

export const SLOTS = 20;
const SLOT_MS = FRAME_MS / SLOTS;
/** What is later than this is left out rather than sent in a burst. */
const MAX_LATE_MS = 2000;

export interface Paced {
  /** Sends the frame that is due. */
  tick(frame: number): void;
}

/**
 * One timer for all cameras: the 40 ms of a frame are cut into slots, each camera has one, and in every slot the
 * cameras of that slot send. Runs only while somebody watches.
 */
export class Pacer {
  readonly #clock: FrameClock;
  readonly #slots: Set<Paced>[] = Array.from({ length: SLOTS }, () => new Set());
  #count = 0;
  /** Slots since the epoch. */
  #next = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(clock: FrameClock) {
    this.#clock = clock;
  }

  static phaseOf(slot: number): number {
    return slot * SLOT_MS;
  }

  add(slot: number, paced: Paced): void {
    const members = this.#slots[slot % SLOTS];
    if (!members || members.has(paced)) return;
    members.add(paced);
    if (this.#count++ > 0) return;
    this.#next = Math.ceil((this.#clock.now() - this.#clock.epochMs) / SLOT_MS);
    this.#arm();
  }

  remove(slot: number, paced: Paced): void {
    if (this.#slots[slot % SLOTS]?.delete(paced)) this.#count--;
    if (this.#count === 0) this.close();
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #arm(): void {
    const due = this.#clock.epochMs + this.#next * SLOT_MS - this.#clock.now();
    this.#timer = setTimeout(() => this.#run(), Math.max(0, due));
  }

  #run(): void {
    this.#timer = null;
    const now = (this.#clock.now() - this.#clock.epochMs) / SLOT_MS;
    if (now - this.#next > MAX_LATE_MS / SLOT_MS) this.#next = Math.floor(now);
    for (; this.#next <= now; this.#next++) {
      const frame = Math.floor(this.#next / SLOTS);
      for (const paced of this.#slots[this.#next % SLOTS] ?? []) paced.tick(frame);
    }
    if (this.#count > 0) this.#arm();
  }
}
