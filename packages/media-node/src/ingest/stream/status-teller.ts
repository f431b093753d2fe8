import type { StreamReason, StreamState } from '@marsad/contract';
import type { Clock } from '../../clock/clock.ts';
import type { Fanout } from './fanout.ts';

/** Says how a stream is, to its fan-out: only what differs, and *since* only with another state. */
export class StatusTeller {
  readonly #fanout: Fanout;
  readonly #clock: Clock;
  /** Wall clock of the last picture, milliseconds since the epoch; outlives the connection that brought it. */
  lastPictureAt: number | null;

  constructor(fanout: Fanout, clock: Clock) {
    this.#fanout = fanout;
    this.#clock = clock;
    this.lastPictureAt = fanout.currentStatus.last_picture_at;
  }

  say(
    state: StreamState,
    reason: StreamReason | null,
    detail: string | null,
    nextAttemptAt: number | null = null,
  ): void {
    const before = this.#fanout.currentStatus;
    const same = before.state === state;
    if (same && before.reason === reason && before.detail === detail && before.next_attempt_at === nextAttemptAt)
      return;
    this.#fanout.status({
      state,
      reason,
      detail,
      since: same ? before.since : this.#clock.now(),
      last_picture_at: this.lastPictureAt,
      next_attempt_at: nextAttemptAt,
    });
  }
}
