/** Time as the media node sees it. Injected, so that minutes of back-off are tested in milliseconds. */
export interface Clock {
  /** Wall clock, milliseconds since the epoch. May step. */
  now(): number;
  /** Milliseconds from an arbitrary start; never steps. For everything that measures. */
  monotonic(): number;
  /** Calls `run` once, after at least `ms` milliseconds. */
  after(ms: number, run: () => void): Timer;
}

export interface Timer {
  /** Safe after the timer fired and safe twice. */
  cancel(): void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, run) {
    const handle = setTimeout(run, ms);
    return { cancel: () => clearTimeout(handle) };
  },
};
