import { serverClock } from '../../api/server-clock.ts';
import { delayOf, delayOfPicture, type InboundVideo } from './delay.ts';
import type { Feed } from './feed.ts';
import type { WallSession } from './wall-session.ts';

/** Every tile is looked at once in a round, in ms. */
const round = 1000;
/** A few tiles at a time: a wall of 64 that is looked at in one go is one long task, and one large repaint, each second. */
const turns = 8;

/**
 * Looks at every tile once a second: how far behind its picture is, and whether pictures still come. A picture that was
 * shown tells both. Only where none does, the connection's report is read, which is long: it holds all tiles.
 */
export class FeedChecks {
  readonly #session: WallSession;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running = false;
  #turn = 0;
  /** By track, as last reported. */
  #inbound = new Map<string, InboundVideo>();
  #reportedAt = Number.NEGATIVE_INFINITY;

  constructor(session: WallSession) {
    this.#session = session;
  }

  start(): void {
    this.#running = true;
    this.#timer ??= setTimeout(() => void this.#look(), round / turns);
  }

  close(): void {
    this.#running = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #look(): Promise<void> {
    const started = performance.now();
    this.#turn = (this.#turn + 1) % turns;
    const due = [...this.#session.feeds.values()].filter((_, place) => place % turns === this.#turn);
    const untold = due.filter((feed) => !this.#judgeByPicture(feed));
    try {
      if (untold.length > 0) await this.#report(started);
      for (const feed of untold) this.#judgeByReport(feed);
    } catch {
      // A connection that is being closed has no report; the next second has.
    }
    if (this.#running)
      this.#timer = setTimeout(() => void this.#look(), Math.max(25, round / turns - (performance.now() - started)));
  }

  /** @returns false when only a report can tell */
  #judgeByPicture(feed: Feed): boolean {
    if (!feed.roomVideo) {
      feed.measured(null, null);
      return true;
    }
    if (document.visibilityState === 'hidden' || feed.roomVideo.publication.isEnabled === false) {
      feed.watch.rest();
      feed.measured(null, null);
      return true;
    }
    const picture = feed.shownPicture();
    const delay = delayOfPicture(picture);
    const age = performance.now() - (picture?.at ?? 0);
    if (!delay || age > 1.5 * round) return false;
    feed.watch.seen(Date.now() - age);
    feed.measured(delay, null);
    return true;
  }

  #judgeByReport(feed: Feed): void {
    const stat = this.#inbound.get(feed.roomVideo?.track.mediaStreamTrack.id ?? '');
    if (!stat) return;
    feed.decoded(stat.framesDecoded ?? 0);
    const stoppedAt = feed.watch.read(stat.framesDecoded ?? 0, Date.now());
    feed.measured(delayOf(feed.shownPicture(), stat, feed.lastStats, serverClock.now()), stoppedAt);
    feed.lastStats = stat;
  }

  /** One report serves a whole round. */
  async #report(now: number): Promise<void> {
    if (now - this.#reportedAt < round - round / turns) return;
    this.#reportedAt = now;
    const inbound = new Map<string, InboundVideo>();
    for (const { room } of this.#session.rooms.values()) {
      const report = await room.engine.pcManager?.subscriber?.getStats();
      for (const stat of report?.values() ?? []) {
        if (stat.type === 'inbound-rtp' && stat.kind === 'video') inbound.set(String(stat.trackIdentifier), stat);
      }
    }
    this.#inbound = inbound;
  }
}
