import { ApiError } from '@marsad/contract';
import { api } from '../../api/client.ts';
import type { Feed } from './feed.ts';

export const beatEvery = 10_000;
/**
 * While its picture is shown: the connection is a beat, and these are for finding out what became of the reservation. On a
 * busy machine asking is the most expensive thing a wall of 64 does.
 */
const beatEveryShown = 30_000;
/** A reservation lives for 45 s without a beat. Whoever was away for so long has lost it by that and by nobody's will. */
const awayAfter = 40_000;

export interface HeartbeatsOptions {
  readonly feeds: () => Iterable<Feed>;
  /** The reservation has run out while this page or its network was away: nobody wanted that. */
  readonly onLapsed: (feed: Feed) => void;
}

/** Keeps the reservations of the wall, and finds out when one was ended by somebody else. */
export class Heartbeats {
  readonly #o: HeartbeatsOptions;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: HeartbeatsOptions) {
    this.#o = options;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#beatThoseDue(), 1000);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Never rejects: what cannot be found out now is `unknown`. */
  async beat(feed: Feed): Promise<'held' | 'over' | 'unknown'> {
    const id = feed.reservation?.reservation_id;
    if (id === undefined) return 'over';
    feed.nextBeatAt = performance.now() + (feed.condition().kind === 'live' ? beatEveryShown : beatEvery);
    try {
      await api.streams.heartbeat({ params: { id } });
      feed.heldAt = Date.now();
      return 'held';
    } catch (error) {
      const over = error instanceof ApiError && error.code === 'RESERVATION_NOT_FOUND';
      if (!over) return 'unknown';
      if (feed.reservation?.reservation_id !== id || feed.closed) return 'over';
      if (Date.now() - feed.heldAt > awayAfter) this.#o.onLapsed(feed);
      else feed.end();
      return 'over';
    }
  }

  #beatThoseDue(): void {
    const now = performance.now();
    for (const feed of this.#o.feeds()) if (feed.reservation && feed.nextBeatAt <= now) void this.beat(feed);
  }
}
