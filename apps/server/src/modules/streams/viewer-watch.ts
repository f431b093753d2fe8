import { setTimeout as wait } from 'node:timers/promises';
import type { MediaPlane } from '../../media-plane/media-plane.ts';
import type { Log } from '../../platform/log/log.ts';
import type { Valkey } from '../../platform/valkey/valkey.ts';
import type { CamerasService } from '../cameras/cameras.service.ts';
import type { LiveService, WatchedRoom } from '../live/live.service.ts';
import type { LimitsService } from './limits.service.ts';
import type { RoomKeeper } from './room-keeper.ts';
import type { ObservedReservation, StreamRepository } from './streams.repository.ts';

export interface ViewerWatchOptions {
  readonly repository: Pick<StreamRepository, 'observe' | 'isLost'>;
  readonly rooms: Pick<RoomKeeper, 'sync'>;
  readonly live: Pick<LiveService, 'watching' | 'rememberWhere' | 'endStrays'>;
  readonly cameras: Pick<CamerasService, 'briefs'>;
  readonly limits: Pick<LimitsService, 'apply'>;
  readonly mediaPlane: Pick<MediaPlane, 'hasEdges' | 'edgesConnected'>;
  readonly valkey: Valkey;
  readonly log: Log;
  /** Somebody was found who had been forgotten. */
  readonly onChange: () => void;
  /** Between two looks, milliseconds. Default 10,000. */
  readonly interval?: number;
}

/** Milliseconds that edges may take to be found before it is decided that nobody watches. */
const patience = 2_000;
/** And that one may take to answer which is there: its viewers would find their places taken. */
const silence = 15_000;

/**
 * Looks at who is really watching. A live connection is a beat, so nobody loses a picture for want of one; and when Valkey
 * comes back empty, the edges are what is left of the truth. One api process looks at a time, whichever is first.
 */
export class ViewerWatch {
  readonly #o: ViewerWatchOptions;
  #timer: NodeJS.Timeout | null = null;
  #recovering: Promise<void> | null = null;
  #looking: Promise<void> = Promise.resolve();

  constructor(options: ViewerWatchOptions) {
    this.#o = options;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#looking = this.#lookInTurn();
    }, this.#interval);
  }

  async close(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
    await Promise.allSettled([this.#looking, this.#recovering]);
  }

  /**
   * Makes Valkey know again what it has lost: who watches, then the limits, and with them that it may be asked again.
   * Calls while it works share it. @throws AppError while Valkey or the database is away
   */
  recover(): Promise<void> {
    this.#recovering ??= this.#recover().finally(() => {
      this.#recovering = null;
    });
    return this.#recovering;
  }

  /** Gives Valkey the limits again, for whatever may have changed them there; first of all what it has lost. */
  async refresh(): Promise<void> {
    if (await this.#o.repository.isLost()) await this.recover();
    else await this.#o.limits.apply();
  }

  /** One look. What is watched without a reservation that is still held ends. */
  async look(): Promise<void> {
    await this.#look();
  }

  /** @returns whether every edge has answered */
  async #look(): Promise<boolean> {
    const { rooms, silent } = await this.#o.live.watching();
    await this.seen(rooms);
    await this.#o.live.endStrays(rooms);
    return silent.length === 0 && this.#o.mediaPlane.edgesConnected;
  }

  /** The same for what an edge has told by itself. */
  async seen(seen: readonly WatchedRoom[]): Promise<void> {
    const { repository, live, cameras, rooms, log, onChange } = this.#o;
    const entries = seen.flatMap(({ room, watched }) => watched.map((one) => ({ room, ...one })));
    if (entries.length === 0) return;
    // Without the database a beat is a beat all the same; only what was lost cannot be put back.
    const briefs = await cameras.briefs(entries.map(({ camera }) => camera)).catch(() => null);
    const known = entries.flatMap(({ reservation, ...one }): ObservedReservation[] => {
      const source = briefs === null ? null : briefs.get(one.camera)?.source;
      return source === undefined ? [] : [{ ...one, id: reservation, source, quality: 'medium' }];
    });
    const words = await repository.observe(known);
    const restored = words.filter((word) => word === 'RESTORED').length;
    if (restored > 0) {
      await live.rememberWhere(seen);
      log.warn({ restored }, 'reservations that were lost have been put back: somebody watches');
      onChange();
    }
    const over = new Set(known.filter((_, i) => words[i] === 'ENDED').map(({ room }) => room));
    await Promise.allSettled([...over].map((room) => rooms.sync(room)));
  }

  get #interval(): number {
    return this.#o.interval ?? 10_000;
  }

  async #recover(): Promise<void> {
    this.#o.log.warn('Valkey knows nothing: asking the edges who watches');
    // Leases were lost too, or this process is new: edges need a moment to be known.
    const { mediaPlane, limits } = this.#o;
    const began = performance.now();
    const isOver = () => this.#timer === null || performance.now() - began > (mediaPlane.hasEdges ? silence : patience);
    while (!mediaPlane.edgesConnected && !isOver()) await wait(50);
    while (!(await this.#look()) && !isOver()) await wait(250);
    await limits.apply();
  }

  async #lookInTurn(): Promise<void> {
    const { valkey, log } = this.#o;
    try {
      const key = valkey.key('live', 'look');
      const mine = await valkey.run((client) => client.set(key, '1', 'PX', Math.ceil(this.#interval * 0.9), 'NX'));
      if (mine !== null) await this.look();
    } catch (error) {
      log.debug({ err: error }, 'it is not known who watches at the moment');
    }
  }
}
