import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RateLimiterMemory, RateLimiterRes, RateLimiterValkey } from 'rate-limiter-flexible';
import { AppError } from '../app-error.ts';
import type { Valkey } from '../valkey/valkey.ts';

export interface RateLimitOptions {
  /** Requests a minute of one user, and of one address with all its users; 0 does not limit. */
  readonly user: number;
  readonly address: number;
}

const seconds = 60;

/**
 * Slows down who asks too often. Counted in Valkey, so that it is one limit however many api processes there are; while
 * Valkey is away each process counts for itself.
 */
export class RateLimits {
  readonly #user: Limiter | null;
  readonly #address: Limiter | null;

  constructor(valkey: Valkey, options: RateLimitOptions) {
    const limiter = (name: string, points: number) =>
      points > 0 ? new Limiter(valkey, valkey.key('rate', name), points) : null;
    this.#user = limiter('user', options.user);
    this.#address = limiter('address', options.address);
  }

  /** @throws AppError `RATE_LIMIT_EXCEEDED` */
  async address(address: string, reply: FastifyReply): Promise<void> {
    await this.#address?.take(address, reply);
  }

  /** @throws AppError `RATE_LIMIT_EXCEEDED` */
  async user(id: string, reply: FastifyReply): Promise<void> {
    await this.#user?.take(id, reply);
  }
}

class Limiter {
  readonly #points: number;
  readonly #limiter: RateLimiterValkey;

  constructor(valkey: Valkey, keyPrefix: string, points: number) {
    this.#points = points;
    this.#limiter = new RateLimiterValkey({
      storeClient: valkey.client,
      rejectIfValkeyNotReady: true,
      keyPrefix,
      points,
      duration: seconds,
      // Whoever is over the limit is refused from memory: refusing must cost less than serving.
      inMemoryBlockOnConsumed: points + 1,
      insuranceLimiter: new RateLimiterMemory({ keyPrefix, points, duration: seconds }),
    });
  }

  async take(key: string, reply: FastifyReply): Promise<void> {
    try {
      this.#tell(await this.#limiter.consume(key), reply);
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      this.#tell(error, reply);
      throw new AppError('RATE_LIMIT_EXCEEDED', { retry_after: Math.max(1, Math.ceil(error.msBeforeNext / 1000)) });
    }
  }

  /** Reset: seconds until the count begins anew. */
  #tell(state: RateLimiterRes, reply: FastifyReply): void {
    reply.headers({
      'x-ratelimit-limit': String(this.#points),
      'x-ratelimit-remaining': String(Math.max(0, state.remainingPoints)),
      'x-ratelimit-reset': String(Math.max(0, Math.ceil(state.msBeforeNext / 1000))),
    });
  }
}

/** By what is served, because an address can be written in many ways; by the address where nothing is. */
function isLimited({ method, url, routeOptions }: FastifyRequest): boolean {
  return method !== 'OPTIONS' && /^\/(api|ws|v3)\//.test(routeOptions.url ?? url);
}

/** Before anything else of a request: even finding out that a token is wrong costs something. */
export function limitAddresses(app: FastifyInstance, limits: RateLimits): void {
  app.addHook('onRequest', async (request, reply) => {
    if (isLimited(request)) await limits.address(request.ip, reply);
  });
}

/** After it is known who asks: the headers then tell of the user's own limit. */
export function limitUsers(app: FastifyInstance, limits: RateLimits): void {
  app.addHook('onRequest', async (request, reply) => {
    if (request.identity !== null && isLimited(request)) await limits.user(request.identity.id, reply);
  });
}
