import { ApiError, type Reservation } from '@marsad/contract';

type Id = Reservation['reservation_id'];

export interface ReleasesOptions {
  readonly release: (id: Id) => Promise<unknown>;
  /** A camera that was put back meanwhile has the same reservation again, which must not be given back any more. */
  readonly isWanted: (id: Id) => boolean;
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

  constructor(options: ReleasesOptions) {
    this.#o = options;
  }

  /** Those the server has not answered yet. */
  get pending(): Iterable<Id> {
    return this.#pending;
  }

  /** Resolves when it is given back, or wanted again. Never rejects. */
  async release(id: Id): Promise<void> {
    this.#pending.add(id);
    for (let wait = firstWait; !this.#o.isWanted(id); wait = Math.min(2 * wait, longestWait)) {
      try {
        await this.#o.release(id);
        break;
      } catch (error) {
        if (isFinal(error)) break;
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
