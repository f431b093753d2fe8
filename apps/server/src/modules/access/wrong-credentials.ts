import { RateLimiterMemory, RateLimiterValkey } from 'rate-limiter-flexible';
import { AppError } from '../../platform/app-error.ts';
import type { Valkey } from '../../platform/valkey/valkey.ts';

/**
 * Wrong credentials of one address in five minutes. Many may share an address: one encoder with an old key, that tries every
 * few seconds, must not keep its neighbours out. What is guessed here has 192 random bits, or is throttled by itself.
 */
const limit = { points: 300, duration: 300 };

/**
 * Counts wrong tokens, keys and passwords by address, whatever they were for. Who has shown too many is not looked at for
 * a while. While Valkey is away each process counts for itself.
 */
export class WrongCredentials {
  readonly #limiter: RateLimiterValkey;
  readonly #own: RateLimiterMemory;

  constructor(valkey: Valkey) {
    const keyPrefix = valkey.key('throttle', 'media');
    this.#own = new RateLimiterMemory({ keyPrefix, ...limit });
    this.#limiter = new RateLimiterValkey({
      storeClient: valkey.client,
      rejectIfValkeyNotReady: true,
      keyPrefix,
      ...limit,
      insuranceLimiter: this.#own,
    });
  }

  /** @throws AppError `RATE_LIMIT_EXCEEDED` */
  async requireFew(address: string): Promise<void> {
    // The limiter itself turns to its insurance only when it counts.
    const state = await this.#limiter.get(address).catch(() => this.#own.get(address));
    if (state === null || state.consumedPoints <= limit.points) return;
    throw new AppError('RATE_LIMIT_EXCEEDED', { retry_after: Math.ceil(state.msBeforeNext / 1000) });
  }

  async count(address: string): Promise<void> {
    await this.#limiter.consume(address).catch(() => {});
  }
}
