import type { Clock, Timer } from '../../clock/clock.ts';

export interface PictureWatchOptions {
  readonly clock: Clock;
  /** Milliseconds without a picture, each. */
  readonly frozenMs: number;
  readonly stallMs: number;
  /** Milliseconds that pictures have to come before the connection has proven itself. */
  readonly provenMs: number;
  readonly onFrozen: () => void;
  /** It will not be looked any more. @param silentMs since the last picture, or since it was opened */
  readonly onStalled: (silentMs: number) => void;
  readonly onProven: () => void;
}

/** Looks twice a second whether an open source is still sending. */
export class PictureWatch {
  readonly #options: PictureWatchOptions;
  /** Monotonic, milliseconds. */
  #openedAt = 0;
  #firstAt: number | null = null;
  #lastAt = 0;
  #timer: Timer | null = null;
  #running = false;

  constructor(options: PictureWatchOptions) {
    this.#options = options;
  }

  /** A source is opened now. */
  start(): void {
    const { clock } = this.#options;
    this.#openedAt = clock.monotonic();
    this.#firstAt = null;
    this.#running = true;
    this.#timer = clock.after(500, () => this.#look());
  }

  stop(): void {
    this.#running = false;
    this.#timer?.cancel();
    this.#timer = null;
  }

  /** A picture came. */
  picture(): void {
    this.#lastAt = this.#options.clock.monotonic();
    this.#firstAt ??= this.#lastAt;
  }

  #look(): void {
    const { clock, frozenMs, stallMs, provenMs, onFrozen, onStalled, onProven } = this.#options;
    const now = clock.monotonic();
    const silentMs = now - (this.#firstAt === null ? this.#openedAt : this.#lastAt);
    if (silentMs >= stallMs) {
      onStalled(silentMs);
      return;
    }
    if (this.#firstAt !== null) {
      if (silentMs >= frozenMs) onFrozen();
      else if (now - this.#firstAt >= provenMs) onProven();
    }
    // Whoever heard of it may have stopped us.
    if (this.#running) this.#timer = clock.after(500, () => this.#look());
  }
}
