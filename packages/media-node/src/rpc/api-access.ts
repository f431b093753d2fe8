import { type AccessAnswer, AccessRequest } from '@marsad/contract';
import type { Logger } from 'pino';
import type { Access } from '../edge/access.ts';
import type { RpcPeer } from './rpc-peer.ts';
import type { RpcServer } from './rpc-server.ts';

export interface ApiAccessOptions {
  readonly server: Pick<RpcServer, 'answering' | 'broadcast'>;
  readonly log: Logger;
  /** For all attempts together, milliseconds. Default 5,000. */
  readonly timeoutMs?: number;
}

/** Milliseconds after which another api is asked: one that hangs must not use up all the time. */
const patienceWithOne = 2500;

const malformed: AccessAnswer = { outcome: 'refused', reason: 'NOT_FOUND', detail: 'the request is too long or empty' };
const unavailable: AccessAnswer = {
  outcome: 'refused',
  reason: 'UNAVAILABLE',
  detail: 'nobody can decide at the moment; try again',
};

/**
 * Asks the api processes that are connected to this node: one of them, and the next when that one goes away or cannot
 * answer. A question is named by its session, so that a second api finds what the first had begun.
 */
export class ApiAccess implements Access {
  readonly #options: ApiAccessOptions;
  #turn = 0;

  constructor(options: ApiAccessOptions) {
    this.#options = options;
  }

  async ask(request: AccessRequest): Promise<AccessAnswer> {
    if (!AccessRequest.safeParse(request).success) return malformed;
    const deadline = performance.now() + (this.#options.timeoutMs ?? 5000);
    const tried = new Set<RpcPeer>();
    for (let peer = this.#next(tried); peer; peer = this.#next(tried)) {
      const left = deadline - performance.now();
      if (left <= 0) break;
      tried.add(peer);
      try {
        return await peer.ask('access.ask', request, Math.min(left, patienceWithOne));
      } catch (error) {
        this.#options.log.warn({ err: error, session: request.session }, 'an api did not decide');
      }
    }
    // One that hangs may decide yet, and take a reservation for nobody.
    if (tried.size > 0) this.closed(request.session);
    return unavailable;
  }

  /** To every api, because the one that decided may be gone. While there is none the reservation ends for want of a beat. */
  closed(session: string): void {
    this.#options.server.broadcast('access.closed', { session });
  }

  #next(tried: ReadonlySet<RpcPeer>): RpcPeer | undefined {
    const left = this.#options.server.answering('access.ask').filter((peer) => !tried.has(peer));
    return left[this.#turn++ % left.length];
  }
}
