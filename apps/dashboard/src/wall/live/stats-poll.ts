import { serverClock } from '../../api/server-clock.ts';
import { delayOf, type InboundVideo } from './delay.ts';
import type { Feed } from './feed.ts';
import type { RoomLink } from './room-link.ts';
import type { WallSession } from './wall-session.ts';

/** Reads the receiving connection of each room once a second: one report holds all its tiles. */
export class StatsPoll {
  readonly #session: WallSession;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running = false;

  constructor(session: WallSession) {
    this.#session = session;
  }

  start(): void {
    this.#running = true;
    this.#timer ??= setTimeout(() => void this.#read(), 1000);
  }

  close(): void {
    this.#running = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #read(): Promise<void> {
    const started = performance.now();
    try {
      for (const link of this.#session.rooms.values()) await this.#readRoom(link);
    } catch {
      // A connection that is being closed has no report; the next second has.
    }
    if (this.#running)
      this.#timer = setTimeout(() => void this.#read(), Math.max(200, 1000 - (performance.now() - started)));
  }

  async #readRoom(link: RoomLink): Promise<void> {
    const report = await link.room.engine.pcManager?.subscriber?.getStats();
    if (!report) return;
    const inbound = new Map<string, InboundVideo>();
    for (const stat of report.values()) {
      if (stat.type === 'inbound-rtp' && stat.kind === 'video') inbound.set(String(stat.trackIdentifier), stat);
    }
    const serverNow = serverClock.now();
    for (const feed of this.#session.feeds.values()) {
      const track = feed.roomVideo?.track.mediaStreamTrack.id;
      const stat = track === undefined ? undefined : inbound.get(track);
      if (stat) this.#judge(feed, stat, serverNow);
      else if (!feed.roomVideo) feed.measured(null, null);
    }
  }

  #judge(feed: Feed, stat: InboundVideo, serverNow: number): void {
    const hidden = document.visibilityState === 'hidden' || feed.roomVideo?.publication.isEnabled === false;
    if (hidden) {
      feed.watch.rest();
      feed.measured(null, null);
      return;
    }
    feed.decoded(stat.framesDecoded ?? 0);
    const stoppedAt = feed.watch.read(stat.framesDecoded ?? 0, Date.now());
    feed.measured(delayOf(feed.shownPicture(), stat, feed.lastStats, serverNow), stoppedAt);
    feed.lastStats = stat;
  }
}
