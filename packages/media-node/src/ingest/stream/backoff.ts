/** Delays between attempts: a few short ones, then the breaker is open for `openMs`, one trial, and so on. */
export interface BackoffOptions {
  /** Delays after the first failures, in milliseconds. Default 1, 2 and 4 seconds. */
  readonly delays?: readonly number[];
  /** How long the breaker stays open, in milliseconds. Default 30 seconds. */
  readonly openMs?: number;
  /** Part of a delay that is random, 0 to 1. Default 0.2: 20 % shorter to 20 % longer. */
  readonly jitter?: number;
  /** Random number in [0, 1). */
  readonly random?: () => number;
}

export class Backoff {
  readonly #delays: readonly number[];
  readonly #openMs: number;
  readonly #jitter: number;
  readonly #random: () => number;
  #failures = 0;

  constructor(options: BackoffOptions = {}) {
    this.#delays = options.delays ?? [1000, 2000, 4000];
    this.#openMs = options.openMs ?? 30_000;
    this.#jitter = options.jitter ?? 0.2;
    this.#random = options.random ?? Math.random;
  }

  /** True once the short delays are used up: only single trials are made. */
  get open(): boolean {
    return this.#failures > this.#delays.length;
  }

  /** Counts a failure and answers how long to wait, in milliseconds, before the next attempt. */
  failed(): number {
    const delay = this.#delays[this.#failures] ?? this.#openMs;
    this.#failures++;
    return this.#spread(delay);
  }

  /** Opens the breaker at once, where trying again soon can only do harm (a wrong password locks accounts). */
  refused(): number {
    this.#failures = this.#delays.length + 1;
    return this.#spread(this.#openMs);
  }

  reset(): void {
    this.#failures = 0;
  }

  #spread(delay: number): number {
    return Math.round(delay * (1 + this.#jitter * (2 * this.#random() - 1)));
  }
}
