import { agencies, type Quality, type Source, sources } from '@marsad/contract';
import { z } from 'zod';
import { loadScript } from '../../platform/valkey/script.ts';
import type { Valkey } from '../../platform/valkey/valkey.ts';

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

export type ReserveOutcome =
  | {
      readonly outcome: 'reserved' | 'kept';
      readonly id: string;
      readonly identity: string;
      readonly expiresAt: number;
    }
  | { readonly outcome: 'full'; readonly current: number; readonly limit: number }
  | { readonly outcome: 'not-new' };

/** A reservation that is over and whose media has to be stopped. */
export const EndedReservation = z.object({
  reservation_id: z.string(),
  camera_id: z.string(),
  source: z.string(),
  user_id: z.string(),
  room: z.string(),
  identity: z.string(),
  cause: z.string(),
});
export type EndedReservation = z.infer<typeof EndedReservation>;

export interface SourceUse {
  readonly source: Source;
  readonly current: number;
  readonly limit: number;
  readonly reservations: number;
  readonly cameras: readonly { readonly id: string; readonly viewers: number; readonly since: number }[];
}

const lua = (name: string) => loadScript(new URL(`lua/${name}.lua`, import.meta.url));
const scripts = {
  reserve: lua('reserve'),
  release: lua('release'),
  heartbeat: lua('heartbeat'),
  stats: lua('stats'),
  sweep: lua('sweep'),
};

const ReserveAnswer = z.union([
  z.tuple([z.enum(['OK', 'KEPT']), z.string(), z.string(), z.number()]),
  z.tuple([z.literal('FULL'), z.number(), z.number()]),
  z.tuple([z.literal('NOT_NEW')]),
]);
const StatsAnswer = z.array(
  z.tuple([z.enum(sources), z.number(), z.number(), z.number(), z.array(z.union([z.string(), z.number()]))]),
);

/**
 * Reservations, in Valkey and nowhere else. Each method is one script and so happens at once or not at all: no limit can
 * be overrun by two who ask together. All of them reject with `SERVICE_UNAVAILABLE` while Valkey is away.
 */
export class StreamRepository {
  readonly #valkey: Valkey;
  readonly #quota: QuotaOptions;

  constructor(valkey: Valkey, quota: QuotaOptions) {
    this.#valkey = valkey;
    this.#quota = quota;
  }

  /** @param mayBeNew false only renews one that is there */
  async reserve(wanted: NewReservation, mayBeNew: boolean): Promise<ReserveOutcome> {
    const answer = ReserveAnswer.parse(
      await this.#run('reserve', [
        wanted.source,
        agencies[wanted.source].limit,
        this.#quota.counts,
        wanted.id,
        wanted.camera,
        wanted.user,
        wanted.room,
        wanted.identity,
        wanted.quality,
        ...this.#lives,
        mayBeNew ? 1 : 0,
      ]),
    );
    switch (answer[0]) {
      case 'FULL':
        return { outcome: 'full', current: answer[1], limit: answer[2] };
      case 'NOT_NEW':
        return { outcome: 'not-new' };
      default: {
        const [word, id, identity, expiresAt] = answer;
        return { outcome: word === 'OK' ? 'reserved' : 'kept', id, identity, expiresAt };
      }
    }
  }

  /** @param user whose it must be; null ends anybody's */
  async release(id: string, user: string | null, cause: string): Promise<'released' | 'already' | 'unknown'> {
    const answer = await this.#run('release', [id, user ?? '', this.#quota.counts, cause]);
    return z.enum(['RELEASED', 'ALREADY', 'UNKNOWN']).parse(answer).toLowerCase() as 'released' | 'already' | 'unknown';
  }

  /** @returns when it expires now, or null when it is over, unknown or somebody else's */
  async heartbeat(id: string, user: string | null): Promise<number | null> {
    const answer = await this.#run('heartbeat', [id, user ?? '', this.#quota.counts, ...this.#lives]);
    return z.number().parse(answer) || null;
  }

  async stats(): Promise<SourceUse[]> {
    const answer = StatsAnswer.parse(await this.#run('stats', [this.#quota.counts, ...defaults]));
    return answer.map(([source, current, limit, reservations, flat]) => {
      const cameras: { id: string; viewers: number; since: number }[] = [];
      for (let i = 0; i + 2 < flat.length; i += 3) {
        cameras.push({ id: String(flat[i]), viewers: Number(flat[i + 1]), since: Number(flat[i + 2]) });
      }
      return { source, current, limit, reservations, cameras };
    });
  }

  /** Ends what is late and sets the counts right. @returns how many were ended */
  async sweep(): Promise<number> {
    return z.number().parse(await this.#run('sweep', [this.#quota.counts, ...defaults]));
  }

  /** Takes ended reservations off the list; who cannot deal with them gives them back. */
  async takeEnded(most = 200): Promise<EndedReservation[]> {
    const texts = await this.#valkey.run((client) => client.lpop(this.#key('ended'), most));
    return (texts ?? []).map((text) => EndedReservation.parse(JSON.parse(text)));
  }

  async giveBackEnded(ended: readonly EndedReservation[]): Promise<void> {
    if (ended.length === 0) return;
    await this.#valkey.run((client) =>
      client.rpush(this.#key('ended'), ...ended.map((entry) => JSON.stringify(entry))),
    );
  }

  /** Cameras a room shows, in a stable order. */
  async camerasOf(room: string): Promise<string[]> {
    const held = await this.#valkey.run((client) => client.hvals(this.#key('room', room)));
    return [...new Set(held)].sort();
  }

  async rooms(): Promise<string[]> {
    return this.#valkey.run((client) => client.smembers(this.#key('rooms')));
  }

  get #lives(): [number, number] {
    const { reservationSeconds, heartbeatTimeoutSeconds } = this.#quota;
    return [reservationSeconds * 1000, heartbeatTimeoutSeconds * 1000];
  }

  #key(...parts: string[]): string {
    return this.#valkey.key('stream', ...parts);
  }

  #run(script: keyof typeof scripts, args: readonly (string | number)[]): Promise<unknown> {
    const now = this.#quota.now?.() ?? '';
    return this.#valkey.eval(scripts[script], [this.#valkey.keyPrefix], [now, ...args]);
  }
}

const defaults = sources.flatMap((source) => [source, agencies[source].limit]);
