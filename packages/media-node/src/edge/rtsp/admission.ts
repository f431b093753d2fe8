import { randomUUID } from 'node:crypto';
import type { AccessAnswer } from '@marsad/contract';
import type { RtspRequest } from '@marsad/media';
import type { Logger } from 'pino';
import type { Access } from '../access.ts';
import type { RtspAddress } from './address.ts';
import { type Gatekeeper, statusOfRefusal } from './gatekeeper.ts';
import type { Reply } from './reply.ts';

export interface AdmissionOptions {
  /** Names the connection: nonces are good for it only. */
  readonly connection: string;
  /** The client's. */
  readonly address: string;
  readonly access: Access;
  readonly gatekeeper: Gatekeeper;
  readonly log: Logger;
  /** Closes the connection. */
  readonly close: (why: string) => void;
}

/** One who was let in. Must be given back with `Access.closed`. */
export interface Admitted<Action extends 'read' | 'publish'> {
  /** As access knows the session. */
  readonly id: string;
  readonly grant: Extract<AccessAnswer, { outcome: Action }>;
}

/** Refusals on one connection before it is closed, the challenge that every player begins with included. */
const MAX_REFUSALS = 8;

/** Lets the client of one connection in, or tells it why not. */
export class Admission {
  readonly #options: AdmissionOptions;
  #refusals = 0;
  #ended = false;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** Asks whether the client may; null when it may not, and was told so, or has gone meanwhile. */
  async ask<Action extends 'read' | 'publish'>(
    action: Action,
    request: RtspRequest,
    address: RtspAddress,
    reply: Reply,
  ): Promise<Admitted<Action> | null> {
    const { gatekeeper, connection, access, log } = this.#options;
    const presented = gatekeeper.read(request, address, connection);
    if (presented.kind !== 'credentials') return this.#challenge(reply, presented.kind === 'stale');
    const { credentials } = presented;
    // Who publishes may name a key, which is all it needs.
    if (credentials.kind === 'none' && action === 'read') return this.#challenge(reply, false);
    const id = randomUUID();
    const answer = await access.ask({
      session: id,
      protocol: 'rtsp',
      action,
      path: address.path,
      profile: address.profile,
      credentials,
      address: this.#options.address.slice(0, 100),
    });
    if (answer.outcome === 'refused') {
      if (this.#ended) return null;
      log.info({ action, reason: answer.reason }, 'RTSP client refused');
      if (answer.reason === 'UNAUTHENTICATED') return this.#challenge(reply, false);
      reply(statusOfRefusal(answer), {}, { reason: answer.detail });
      return this.#refused();
    }
    if (this.#ended || !isFor(action, answer)) {
      access.closed(id);
      if (!this.#ended) reply(403);
      return null;
    }
    return { id, grant: answer };
  }

  /** The connection is closed: who is let in from now on is given back at once. */
  end(): void {
    this.#ended = true;
  }

  #challenge(reply: Reply, stale: boolean): null {
    const { gatekeeper, connection } = this.#options;
    reply(401, { 'WWW-Authenticate': gatekeeper.challenges(connection, stale) });
    return this.#refused();
  }

  #refused(): null {
    if (++this.#refusals >= MAX_REFUSALS) this.#options.close('refused too often');
    return null;
  }
}

function isFor<Action extends 'read' | 'publish'>(
  action: Action,
  answer: AccessAnswer,
): answer is Extract<AccessAnswer, { outcome: Action }> {
  return answer.outcome === action;
}
