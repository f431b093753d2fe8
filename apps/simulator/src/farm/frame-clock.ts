import { FRAME_RATE } from '../encoding/profile.ts';

export const FRAME_MS = 1000 / FRAME_RATE;
/** Frame 0 of every farm unless told otherwise: a frame number then tells its time across restarts. */
const DEFAULT_EPOCH = Date.UTC(2026, 0, 1);

/**
 * Frame numbers count 1/25 s since the farm's epoch. The wall clock is looked at once; from then on the monotonic clock
 * counts, so that pacing never steps.
 */
export class FrameClock {
  readonly epochMs: number;
  readonly #wallMinusMonotonic: number;
  readonly #monotonic: () => number;

  constructor(epochMs = DEFAULT_EPOCH, wall = Date.now, monotonic = () => performance.now()) {
    this.#monotonic = monotonic;
    this.#wallMinusMonotonic = wall() - monotonic();
    this.epochMs = Math.min(epochMs, wall());
  }

  /** Milliseconds since the epoch of Unix, never stepping. */
  now(): number {
    return this.#monotonic() + this.#wallMinusMonotonic;
  }

  /** When a frame is due at a camera with this phase, in milliseconds since the epoch of Unix. */
  timeOf(frame: number, phaseMs: number): number {
    return this.epochMs + frame * FRAME_MS + phaseMs;
  }

  /** The last frame that is due by `epochMs`. */
  frameAt(epochMs: number, phaseMs: number): number {
    return Math.floor((epochMs - this.epochMs - phaseMs) / FRAME_MS);
  }
}
