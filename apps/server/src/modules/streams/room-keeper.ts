import { isDeepStrictEqual } from 'node:util';
import type { MediaPlane } from '../../media-plane/media-plane.ts';
import { AppError } from '../../platform/app-error.ts';
import type { Log } from '../../platform/log/log.ts';
import type { CamerasService } from '../cameras/cameras.service.ts';
import type { LiveService, Shown } from '../live/live.service.ts';
import type { EndedReservation, ShownReservation } from './stream-answers.ts';
import type { StreamRepository } from './streams.repository.ts';

export interface RoomKeeperOptions {
  readonly repository: StreamRepository;
  readonly live: LiveService;
  readonly cameras: Pick<CamerasService, 'briefs'>;
  readonly mediaPlane: Pick<MediaPlane, 'on' | 'off'>;
  readonly log: Log;
  /** Valkey knows nothing any more. */
  readonly onLost: () => void;
  /** Reservations have ended. */
  readonly onChange: () => void;
  /** What else is set right with every sweep. May reject. */
  readonly onSweep: () => Promise<void>;
  /** Between two looks at what has ended, milliseconds. Default 1,000. */
  readonly interval?: number;
  /** Between two sweeps, milliseconds. Default 60,000. */
  readonly sweepInterval?: number;
}

/**
 * Keeps rooms as the reservations say: stops the media of those that ended, sweeps, and fills an edge again that has
 * forgotten its rooms. Every api process runs one; what two of them do twice does no harm.
 */
export class RoomKeeper {
  readonly #o: RoomKeeperOptions;
  /** By room: the call that is being made, and the one that will be made after it. */
  readonly #running = new Map<string, Promise<void>>();
  readonly #waiting = new Map<string, Promise<void>>();
  #timers: NodeJS.Timeout[] = [];
  #settling: Promise<void> = Promise.resolve();
  #nextSettling: Promise<void> | null = null;
  #closed = false;
  /** Whether a room may be missing on its edge. */
  #stale = false;
  #filling = false;

  constructor(options: RoomKeeperOptions) {
    this.#o = options;
  }

  start(): void {
    this.#timers = [
      setInterval(() => {
        void this.settle();
        void this.#fill();
      }, this.#o.interval ?? 1_000),
      setInterval(() => void this.#sweep(), this.#o.sweepInterval ?? 60_000),
    ];
    this.#o.mediaPlane.on('edge', this.refill);
    this.#o.mediaPlane.on('edge-gone', this.refill);
    void this.#sweep();
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.#o.mediaPlane.off('edge', this.refill);
    this.#o.mediaPlane.off('edge-gone', this.refill);
    await Promise.allSettled([this.#settling, ...this.#running.values(), ...this.#waiting.values()]);
  }

  /**
   * Stops the media of every reservation that has ended and was not dealt with. Never rejects. One that is under way may
   * have taken its list before this call's reservation was on it; one that waits has not, and serves all who wait.
   */
  settle(): Promise<void> {
    if (this.#nextSettling) return this.#nextSettling;
    const mine = this.#settling.then(() => {
      this.#nextSettling = null;
      return this.#settle();
    });
    this.#nextSettling = mine;
    this.#settling = mine;
    return mine;
  }

  /**
   * Makes one room show what is reserved in it. Calls for a room follow one another, so that an older set of cameras
   * never overwrites a newer one; those that come while one is waiting share it, because it will see what they did.
   */
  sync(room: string): Promise<void> {
    const shared = this.#waiting.get(room);
    if (shared) return shared;
    const before = this.#running.get(room) ?? Promise.resolve();
    const mine = before
      .catch(() => {})
      .then(() => {
        this.#waiting.delete(room);
        this.#running.set(room, mine);
        return this.#sync(room);
      })
      .finally(() => {
        if (this.#running.get(room) === mine) this.#running.delete(room);
      });
    this.#waiting.set(room, mine);
    return mine;
  }

  /**
   * Reads again what it has written: another process may have written something older after it, or something newer
   * before it. Whoever writes last finds out, and writes the truth.
   */
  async #sync(room: string): Promise<void> {
    let reserved = this.#o.repository.shownIn(room);
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await this.#o.live.show(
        room,
        reserved.then((all) => this.#shown(room, all)),
      );
      const now = await this.#o.repository.shownIn(room);
      if (isDeepStrictEqual(now, await reserved)) return;
      reserved = Promise.resolve(now);
    }
    // So much happens there that somebody else is about to write it.
    this.#stale = true;
  }

  async #shown(room: string, reserved: readonly ShownReservation[]): Promise<Shown> {
    // A picture has to stop whether or not the names of those that go on can be read now.
    const briefs = await this.#o.cameras.briefs(reserved.map(({ camera }) => camera)).catch(() => null);
    // Of rooms that are one user's the metadata says which reservation each camera is shown for.
    const personal = room.startsWith('wall_') || room.startsWith('reader_');
    const cameras = new Map(
      reserved.map(({ id, camera }) => [
        camera,
        { id: camera, name: briefs?.get(camera)?.name ?? camera, ...(personal ? { reservation: id } : {}) },
      ]),
    );
    return {
      cameras: [...cameras.values()],
      viewers: [...new Set(reserved.map(({ identity }) => identity))].sort(),
    };
  }

  /**
   * What cannot be dealt with stays on the list: should this process die half-way, another one, or its successor, goes
   * on ten seconds later.
   */
  async #settle(): Promise<void> {
    try {
      const { lost, expired, ended } = await this.#o.repository.takeDue();
      if (lost) this.#o.onLost();
      if (expired > 0 || ended.length > 0) this.#o.onChange();
      const byRoom = Map.groupBy(ended, ({ room }) => room);
      await Promise.all([...byRoom].map(([room, gone]) => this.#stop(room, gone)));
    } catch (error) {
      if (!(error instanceof AppError)) this.#o.log.error({ err: error }, 'ended streams could not be stopped');
    }
  }

  async #stop(room: string, gone: readonly EndedReservation[]): Promise<void> {
    const ids = gone.map(({ id }) => id);
    try {
      await this.sync(room);
      await this.#o.repository.settled(ids);
    } catch (error) {
      // Without an edge there is no media to stop: what it forgets by restarting is not filled in again.
      if (!this.#closed) await this.#o.repository.unsettled(ids).catch(() => {});
      this.#o.log.debug({ err: error, room }, 'a room could not be changed now');
    }
  }

  async #sweep(): Promise<void> {
    try {
      const ended = await this.#o.repository.sweep();
      if (ended > 0) this.#o.log.info({ ended }, 'reservations without a heartbeat have ended');
      await this.#o.onSweep();
      await this.settle();
      this.#stale = true;
    } catch (error) {
      this.#o.log.debug({ err: error }, 'reservations could not be swept');
    }
  }

  /** An edge came or went, or rooms are missing: whatever room is not where it should be is made there. */
  readonly refill = (): void => {
    this.#stale = true;
    void this.#fill();
  };

  /** Makes every room anew, and again at the next look if one of them could not be made. */
  async #fill(): Promise<void> {
    if (!this.#stale || this.#filling) return;
    this.#filling = true;
    this.#stale = false;
    let made = 0;
    try {
      for (const room of await this.#o.repository.rooms()) {
        await this.sync(room).then(
          () => {
            made += 1;
          },
          (error: unknown) => {
            this.#stale = true;
            this.#o.log.debug({ err: error, room }, 'a room could not be made again');
          },
        );
      }
    } catch (error) {
      this.#stale = true;
      this.#o.log.debug({ err: error }, 'the rooms are not known at the moment');
    } finally {
      this.#filling = false;
    }
    if (made > 0) this.#o.log.info({ rooms: made }, 'rooms were made again');
  }
}
