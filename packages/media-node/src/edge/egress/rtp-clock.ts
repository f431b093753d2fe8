/** RTP ticks per millisecond of video. */
const TICKS = 90;
/** A picture further than this from where its time should be means that the camera's clock stepped. Milliseconds. */
const STEP = 1000;
/** At most this many ticks of correction per picture: 2,500 ppm at 25 pictures/s, five times what a camera drifts. */
const SLEW = 9;

/**
 * Timestamps of one outgoing RTP stream. They follow this machine's monotonic clock, whatever the camera's does, so they
 * go on evenly over a switch of profile, a pause, a restart of the stream and a step of the camera's clock.
 */
export class RtpClock {
  readonly #start: number;
  readonly #base: number;
  #last: number;
  #offset: number | null = null;

  /** `now`: milliseconds, monotonic. `base`: the first timestamp, random (RFC 3550 5.1). */
  constructor(now: number, base: number) {
    this.#start = now;
    this.#base = base;
    this.#last = base - TICKS;
  }

  /** The next picture belongs to another timeline (profile, stream): its own spacing begins anew. */
  rebase(): void {
    this.#offset = null;
  }

  /** Timestamp of a live picture: its own spacing, held near this machine's clock. */
  live(pts: number, now: number): number {
    const expected = this.#at(now);
    if (this.#offset === null || Math.abs(pts + this.#offset - expected) > STEP * TICKS) this.#offset = expected - pts;
    const error = expected - (pts + this.#offset);
    this.#offset += Math.max(-SLEW, Math.min(SLEW, error / 64));
    return this.#next(Math.round(pts + this.#offset));
  }

  /**
   * Timestamp of a picture sent later than life to catch up: the time of sending. A player that got the
   * true times of a burst would take the first picture as its beginning and stay that much behind.
   */
  burst(now: number): number {
    return this.#next(Math.round(this.#at(now)));
  }

  #at(now: number): number {
    return this.#base + (now - this.#start) * TICKS;
  }

  #next(timestamp: number): number {
    this.#last = Math.max(timestamp, this.#last + TICKS);
    return this.#last;
  }
}
