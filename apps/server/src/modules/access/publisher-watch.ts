import { isAdmin } from '@marsad/contract';
import type { MediaPlane } from '../../media-plane/media-plane.ts';
import type { Log } from '../../platform/log/log.ts';
import type { IamService } from '../iam/iam.service.ts';

export interface PublisherWatchOptions {
  readonly mediaPlane: Pick<MediaPlane, 'published' | 'endPublisher'>;
  readonly iam: Pick<IamService, 'standing'>;
  readonly log: Log;
  /** Between two looks, milliseconds. Default 10,000. */
  readonly interval?: number;
}

/**
 * Ends who publishes with a sign-in that no longer lets him: the account was disabled, or is no administrator's any more.
 * Who has shown a camera's key stays until that key is renewed. Every api process looks; ending somebody twice does no harm.
 */
export class PublisherWatch {
  readonly #o: PublisherWatchOptions;
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<void> = Promise.resolve();

  constructor(options: PublisherWatchOptions) {
    this.#o = options;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#looking = this.look().catch((error) => {
        this.#o.log.debug({ err: error }, 'the rights of publishers cannot be looked at now');
      });
    }, this.#o.interval ?? 10_000);
  }

  async close(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
    await this.#looking;
  }

  async look(): Promise<void> {
    const { mediaPlane, iam } = this.#o;
    const signedIn = mediaPlane.published().flatMap(({ camera, by }) => (by === undefined ? [] : [{ camera, by }]));
    if (signedIn.length === 0) return;
    const people = await iam.standing(signedIn.map(({ by }) => by));
    for (const { camera, by } of signedIn) {
      const person = people.get(by);
      // Whoever comes from another IAM is judged by the tokens it gives.
      if (person === undefined || (person.active && isAdmin(person.permissions))) continue;
      await mediaPlane.endPublisher(camera, 'the account may not publish any more');
    }
  }
}
