import { type Quality, type Source, sources } from '@marsad/contract';
import { Batch } from '../../platform/batch.ts';
import { loadScript } from '../../platform/valkey/script.ts';
import type { Valkey } from '../../platform/valkey/valkey.ts';
import {
  type EndedReservation,
  type HeldReservation,
  type Observed,
  type Released,
  type ReserveOutcome,
  readDue,
  readHeld,
  readRelease,
  readReserve,
  readShown,
  readStats,
  readTimes,
  readWords,
  type ShownReservation,
  type SourceUse,
} from './stream-answers.ts';

export interface QuotaOptions {
  /** What a limit counts: every reservation, or every camera once. */
  readonly counts: 'reservations' | 'cameras';
  /** Seconds a reservation lasts after its last beat at most. */
  readonly reservationSeconds: number;
  /** Seconds without a beat after which it is over. */
  readonly heartbeatTimeoutSeconds: number;
  /** Wall clock in milliseconds, for tests; Valkey's own otherwise, which is one for all processes. */
  readonly now?: () => number;
}

export interface NewReservation {
  readonly id: string;
  readonly camera: string;
  readonly source: Source;
  readonly user: string;
  readonly room: string;
  /** The viewer's identity in the room. */
  readonly identity: string;
  readonly quality: Quality;
}

/** Somebody who is really watching. */
export interface ObservedReservation extends Omit<NewReservation, 'source'> {
  /** Null where it cannot be told now: then it is not put back. */
  readonly source: Source | null;
}

const lua = (name: string) => loadScript(new URL(`lua/${name}.lua`, import.meta.url));
const scripts = {
  reserve: lua('reserve'),
  release: lua('release'),
  heartbeat: lua('heartbeat'),
  stats: lua('stats'),
  sweep: lua('sweep'),
  due: lua('due'),
  room: lua('room'),
  list: lua('list'),
  observe: lua('observe'),
  limits: lua('limits'),
};

/** Milliseconds in which whoever took an ended reservation has stopped its media, or has died. */
const handling = 10_000;
/** Milliseconds after which one whose media could not be stopped is tried again. */
const again = 1_000;

/**
 * Reservations, in Valkey and nowhere else. Each method is one script and so happens at once or not at all: no limit can
 * be overrun by two who ask together. All of them reject with `SERVICE_UNAVAILABLE` while Valkey is away. `lost` means
 * that Valkey is there and knows nothing: until {@link setLimits} nobody is let in, because it is not known who is there.
 */
export class StreamRepository {
  readonly #valkey: Valkey;
  readonly #quota: QuotaOptions;
  readonly #lives: readonly [lifetime: number, patience: number];
  readonly #beats: Batch<{ id: string; user: string }, number>;

  constructor(valkey: Valkey, quota: QuotaOptions) {
    this.#valkey = valkey;
    this.#quota = quota;
    const lifetime = quota.reservationSeconds * 1000;
    this.#lives = [lifetime, Math.min(lifetime, quota.heartbeatTimeoutSeconds * 1000)];
    this.#beats = new Batch({
      most: 100,
      ask: async (beats) =>
        readTimes(
          await this.#run('heartbeat', quota.counts, ...this.#lives, ...beats.flatMap(({ id, user }) => [id, user])),
        ),
    });
  }

  /** @param mayBeNew false only renews one that is there */
  async reserve(wanted: NewReservation, mayBeNew: boolean): Promise<ReserveOutcome> {
    return readReserve(
      await this.#run(
        'reserve',
        wanted.source,
        this.#quota.counts,
        wanted.id,
        wanted.camera,
        wanted.user,
        wanted.room,
        wanted.identity,
        wanted.quality,
        ...this.#lives,
        mayBeNew ? 1 : 0,
      ),
    );
  }

  /** @param user whose it must be; null ends anybody's */
  async release(id: string, user: string | null, cause: string): Promise<Released> {
    return readRelease(await this.#run('release', id, user ?? '', this.#quota.counts, cause));
  }

  /** @returns when it expires now, or null when it is over, unknown or somebody else's */
  async heartbeat(id: string, user: string | null): Promise<number | 'lost' | null> {
    const expiresAt = await this.#beats.ask({ id, user: user ?? '' });
    return expiresAt < 0 ? 'lost' : expiresAt || null;
  }

  async stats(): Promise<SourceUse[]> {
    return readStats(await this.#run('stats', this.#quota.counts, ...sources));
  }

  /** Every reservation there is. */
  async list(): Promise<HeldReservation[]> {
    const [lifetime, patience] = this.#lives;
    return readHeld(await this.#run('list', ...sources)).map(({ over, ...held }) => {
      const beatAt = over - patience;
      return { ...held, beatAt, expiresAt: beatAt + lifetime };
    });
  }

  /** Ends what is late and sets the counts right. @returns how many were ended */
  async sweep(): Promise<number> {
    return Number(await this.#run('sweep', this.#quota.counts, ...sources));
  }

  /**
   * Ends what is late, and takes ended reservations whose media has to be stopped. What is not called {@link settled}
   * within ten seconds comes again, to whoever asks.
   */
  async takeDue(most = 200): Promise<{ lost: boolean; expired: number; ended: EndedReservation[] }> {
    return readDue(await this.#run('due', this.#quota.counts, handling, most, ...sources));
  }

  /** Their media is stopped. */
  async settled(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.#valkey.run((client) => client.zrem(this.#key('ended'), ...ids));
  }

  /** Their media could not be stopped now. */
  async unsettled(ids: readonly string[]): Promise<void> {
    const due = (this.#quota.now?.() ?? Date.now()) + again;
    for (const id of ids) await this.#valkey.run((client) => client.zadd(this.#key('ended'), 'XX', due, id));
  }

  /** What a room shows and to whom, in a stable order. */
  async shownIn(room: string): Promise<ShownReservation[]> {
    return readShown(await this.#run('room', room)).sort((a, b) => (a.camera < b.camera ? -1 : 1));
  }

  async rooms(): Promise<string[]> {
    return [...new Set((await this.list()).map(({ room }) => room))];
  }

  /** Whether somebody holds this camera in this room already. */
  async holds(user: string, camera: string, room: string): Promise<boolean> {
    return (await this.#valkey.run((client) => client.hexists(this.#key('room', room), `${user}\n${camera}`))) === 1;
  }

  /** A beat for each that is really watched; those of which nothing is known are put back. */
  async observe(watched: readonly ObservedReservation[]): Promise<Observed[]> {
    const words: Observed[] = [];
    // In parts: a script keeps everybody waiting, and takes a few thousand values at most.
    for (let from = 0; from < watched.length; from += 200) {
      const part = watched.slice(from, from + 200);
      const values = part.flatMap((one) => [
        one.id,
        one.camera,
        one.source ?? '',
        one.user,
        one.room,
        one.identity,
        one.quality,
      ]);
      words.push(...readWords(await this.#run('observe', this.#quota.counts, this.#lives[1], ...values)));
    }
    return words;
  }

  /** Sets limits. With `known` it says too that what Valkey knows is the truth; without, a Valkey that knows nothing stays so. */
  async setLimits(limits: Readonly<Partial<Record<Source, number>>>, { known }: { known: boolean }): Promise<void> {
    const pairs = Object.entries(limits).flat();
    await this.#valkey.eval(scripts.limits, [this.#valkey.keyPrefix], [known ? 1 : 0, ...pairs]);
  }

  /** Whether Valkey is there and knows nothing. */
  async isLost(): Promise<boolean> {
    return (await this.#valkey.run((client) => client.exists(this.#key('ready')))) === 0;
  }

  #key(...parts: string[]): string {
    return this.#valkey.key('stream', ...parts);
  }

  #run(script: keyof typeof scripts, ...args: readonly (string | number)[]): Promise<unknown> {
    return this.#valkey.eval(scripts[script], [this.#valkey.keyPrefix], [this.#quota.now?.() ?? '', ...args]);
  }
}
