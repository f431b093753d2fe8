import { ApiError, type Reservation } from '@marsad/contract';

type Id = Reservation['reservation_id'];
type Given = Pick<Reservation, 'reservation_id' | 'camera_id'>;

export interface ReleasesOptions {
  readonly release: (id: Id) => Promise<unknown>;
  /** A camera that was put back meanwhile gets the same reservation again, which must not be given back any more. */
  readonly isWanted: (camera: string) => boolean;
}

const firstWait = 1000;
const longestWait = 30_000;

/**
 * Gives reservations back, again and again until the server has heard it: the wall's connection keeps alive whatever is
 * reserved in its room, so that a release that was lost would hold a place of the agency's for as long as the wall is open.
 */
export class Releases {
  readonly #o: ReleasesOptions;
  readonly #pending = new Set<Id>();
  /** By camera: the request that was sent and not answered. */
  readonly #asked = new Map<string, Promise<unknown>>();

  constructor(options: ReleasesOptions) {
    this.#o = options;
  }

  /** Those the server has not answered yet. */
  get pending(): Iterable<Id> {
    return this.#pending;
  }

  isPending(id: Id): boolean {
    return this.#pending.has(id);
  }

  /** Resolves when no release of this camera is on its way: one that is would end what is reserved now. Never rejects. */
  async idle(camera: string): Promise<void> {
    await this.#asked.get(camera)?.catch(() => {});
  }

  /** Resolves when it is given back, or its camera wanted again. Never rejects. */
  async release({ reservation_id: id, camera_id: camera }: Given): Promise<void> {
    this.#pending.add(id);
    for (let wait = firstWait; !this.#o.isWanted(camera); wait = Math.min(2 * wait, longestWait)) {
      const asked = this.#o.release(id);
      this.#asked.set(camera, asked);
      try {
        await asked;
        break;
      } catch (error) {
        if (isFinal(error)) break;
      } finally {
        if (this.#asked.get(camera) === asked) this.#asked.delete(camera);
      }
      await new Promise((resolve) => setTimeout(resolve, wait * (1 + Math.random() / 5)));
    }
    this.#pending.delete(id);
  }
}

/** Refused for good: it is over already, or is not ours (any more) to give back. */
function isFinal(error: unknown): boolean {
  return error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429;
}
