/** One axis of a head: goes at an even speed from where it is, until it arrives, its time is over or it meets its end. */
export class Axis {
  readonly #minimum: number;
  readonly #maximum: number;
  readonly #fullSpeed: number;
  #from: number;
  #to: number;
  #since = 0;
  #until = 0;

  /** `fullSpeed` in units of the range per second. Stands at `at` before the first movement. */
  constructor(minimum: number, maximum: number, fullSpeed: number, at = 0) {
    this.#minimum = minimum;
    this.#maximum = maximum;
    this.#fullSpeed = fullSpeed;
    this.#from = at;
    this.#to = at;
  }

  /** Of a moment before the last command it answers where the axis was when that came. */
  position(nowMs: number): number {
    if (nowMs >= this.#until) return this.#to;
    if (nowMs <= this.#since) return this.#from;
    return this.#from + ((this.#to - this.#from) * (nowMs - this.#since)) / (this.#until - this.#since);
  }

  moving(nowMs: number): boolean {
    return this.#to !== this.#from && nowMs < this.#until;
  }

  /** Moves for `forMs` milliseconds (Infinity: to the end) with a share of the full speed, −1 to 1; 0 stops. */
  drive(share: number, nowMs: number, forMs: number): void {
    const from = this.position(nowMs);
    const velocity = (share * this.#fullSpeed) / 1000;
    const end = velocity > 0 ? this.#maximum : this.#minimum;
    const toEnd = velocity === 0 ? 0 : (end - from) / velocity;
    if (toEnd <= forMs) this.#go(from, velocity === 0 ? from : end, nowMs, toEnd);
    else this.#go(from, from + velocity * forMs, nowMs, forMs);
  }

  /** Moves to a place, or to the end if that is nearer, with a share of the full speed, 0 to 1; 0 stops. */
  glide(target: number, share: number, nowMs: number): void {
    const from = this.position(nowMs);
    const to = Math.min(this.#maximum, Math.max(this.#minimum, target));
    if (share === 0) this.#go(from, from, nowMs, 0);
    else this.#go(from, to, nowMs, (Math.abs(to - from) / (share * this.#fullSpeed)) * 1000);
  }

  #go(from: number, to: number, nowMs: number, forMs: number): void {
    this.#from = from;
    this.#to = to;
    this.#since = nowMs;
    this.#until = nowMs + forMs;
  }
}
