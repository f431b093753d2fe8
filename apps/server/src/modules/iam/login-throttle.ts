import { createHash } from 'node:crypto';
import { RateLimiterMemory, RateLimiterRes, RateLimiterValkey } from 'rate-limiter-flexible';
import { AppError } from '../../platform/app-error.ts';
import type { Valkey } from '../../platform/valkey/valkey.ts';

/** Attempts in a quarter of an hour: for one name from one address, and from one address whatever the name. */
const limits = { pair: 10, address: 100, seconds: 900 };

/**
 * Slows down guessing. Attempts are counted before the password is looked at, so that many at once count as many; a
 * right password gives its attempt back. While Valkey is away each process counts for itself: people can still sign
 * in, and guessing stays slow.
 */
export class LoginThrottle {
  readonly #pair: RateLimiterValkey;
  readonly #address: RateLimiterValkey;

  constructor(valkey: Valkey) {
    const limiter = (name: string, points: number) => {
      const keyPrefix = valkey.key('throttle', name);
      return new RateLimiterValkey({
        storeClient: valkey.client,
        rejectIfValkeyNotReady: true,
        keyPrefix,
        points,
        duration: limits.seconds,
        insuranceLimiter: new RateLimiterMemory({ keyPrefix, points, duration: limits.seconds }),
      });
    };
    this.#pair = limiter('login', limits.pair);
    this.#address = limiter('address', limits.address);
  }

  /** @throws AppError `RATE_LIMIT_EXCEEDED` */
  async attempt(login: string, address: string): Promise<void> {
    try {
      await this.#address.consume(address);
      await this.#pair.consume(pairOf(login, address));
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      throw new AppError('RATE_LIMIT_EXCEEDED', { retry_after: Math.ceil(error.msBeforeNext / 1000) });
    }
  }

  /** The password was never looked at: a part was away, and nothing was learnt about it. */
  async unjudged(login: string, address: string): Promise<void> {
    await Promise.allSettled([this.#pair.reward(pairOf(login, address)), this.#address.reward(address)]);
  }

  /** The attempt was the owner's. */
  async succeeded(login: string, address: string): Promise<void> {
    await Promise.allSettled([this.#pair.delete(pairOf(login, address)), this.#address.reward(address)]);
  }
}

/** Hashed: a name may be long, or a password typed into the wrong field. */
function pairOf(login: string, address: string): string {
  return createHash('sha256').update(`${login.toLowerCase()}\n${address}`).digest('base64url');
}
