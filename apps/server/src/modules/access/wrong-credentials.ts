import { RateLimiterMemory, RateLimiterValkey } from 'rate-limiter-flexible';
import { AppError } from '../../platform/app-error.ts';
import type { Valkey } from '../../platform/valkey/valkey.ts';

/** Wrong credentials of one address in five minutes. A wall of players with an old password has many at once. */
const limit = { points: 100, duration: 300 };

/**
 * Counts wrong tokens, keys and passwords by address, whatever they were for. Who has shown too many is not looked at for
 * a while. While Valkey is away each process counts for itself.
 */
export class WrongCredentials {
  readonly #limiter: RateLimiterValkey;

  constructor(valkey: Valkey) {
    const keyPrefix = valkey.key('throttle', 'media');
    this.#limiter = new RateLimiterValkey({
      storeClient: valkey.client,
      rejectIfValkeyNotReady: true,
      keyPrefix,
      ...limit,
      insuranceLimiter: new RateLimiterMemory({ keyPrefix, ...limit }),
    });
  }

  /** @throws AppError `RATE_LIMIT_EXCEEDED` */
  async requireFew(address: string): Promise<void> {
    const state = await this.#limiter.get(address);
    if (state === null || state.consumedPoints <= limit.points) return;
    throw new AppError('RATE_LIMIT_EXCEEDED', { retry_after: Math.ceil(state.msBeforeNext / 1000) });
  }

  async count(address: string): Promise<void> {
    await this.#limiter.consume(address).catch(() => {});
  }
}
