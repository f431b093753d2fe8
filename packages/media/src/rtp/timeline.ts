export interface RtpTimelineOptions {
  /** Ticks per second. */
  readonly clockRate: number;
  /** Monotonic clock in milliseconds. Default `performance.now`. */
  readonly now?: () => number;
}

/**
 * Unwraps 32-bit RTP timestamps into times that never jump far, whatever the camera's clock does.
 *
 * The first time equals its timestamp. A step back of more than a second, a leap ahead of what has passed here by more than
 * ten seconds, and a change of source are bridged: time goes on by what has passed here meanwhile. A stall is no jump.
 */
export class RtpTimeline {
  /** Jumps bridged so far. */
  jumps = 0;
  /** False when the stream cannot reorder: then the smallest step back is a jump. */
  mayStepBack = true;
  readonly #rate: number;
  readonly #now: () => number;
  #started = false;
  #raw = 0;
  #time = 0;
  #at = 0;
  #bridge = false;

  constructor(options: RtpTimelineOptions) {
    this.#rate = options.clockRate;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Time of a packet, in ticks; moves the timeline on. */
  next(timestamp: number): number {
    if (this.#started && timestamp === this.#raw && !this.#bridge) return this.#time;
    const now = this.#now();
    if (!this.#started) {
      this.#started = true;
      this.#time = timestamp;
    } else {
      const delta = (timestamp - this.#raw) | 0;
      const elapsed = Math.max(0, ((now - this.#at) * this.#rate) / 1000);
      if (this.#bridge || delta < (this.mayStepBack ? -this.#rate : 0) || delta > elapsed + 10 * this.#rate) {
        this.jumps++;
        // At least one picture's length, so that order stays.
        this.#time += Math.max(Math.round(elapsed), Math.round(this.#rate / 25));
      } else this.#time += delta;
    }
    this.#bridge = false;
    this.#raw = timestamp;
    this.#at = now;
    return this.#time;
  }

  /** The next timestamp has nothing to do with those before (new SSRC). */
  bridge(): void {
    this.#bridge = this.#started;
  }

  /** Time of a timestamp near the last one, e.g. of a sender report; null before the first packet. */
  peek(timestamp: number): number | null {
    return this.#started ? this.#time + ((timestamp - this.#raw) | 0) : null;
  }
}
