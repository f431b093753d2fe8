import { type HubEvent, hubCloseCodes, type Source } from '@marsad/contract';
import type { Gauge } from 'prom-client';
import type { WebSocket } from 'ws';
import type { Identity } from '../../platform/auth/identity.ts';
import { HubConnection } from './hub-connection.ts';

export interface EventHubOptions {
  readonly verify: (token: string) => Promise<Identity>;
  /** Somebody who was verified a while ago, as they are now; null: not any more. Never rejects. */
  readonly review: (identity: Identity) => Promise<Identity | null>;
  readonly connections: Gauge;
  /** Somebody new listens and has heard nothing yet. */
  readonly onKnown: (connection: HubConnection) => void;
  /** Wall clock, milliseconds. */
  readonly now: () => number;
  /** Between two pings, and two reviews, milliseconds. Default 15,000. */
  readonly pingInterval?: number;
}

/** Connections of one user, and of all, that one process takes. */
const mostOfOne = 16;
const mostOfAll = 10_000;
/** Connections from one address that have not said who they are: a control room behind one address comes back at once. */
const mostStrangers = 200;

/** Everybody who listens to this process, and what each may hear. */
export class EventHub {
  readonly #o: EventHubOptions;
  /** Those that have not said who they are are here too. */
  readonly #connections = new Set<HubConnection>();
  readonly #byUser = new Map<string, number>();
  /** Those that have not said who they are, by address. */
  readonly #strangers = new Map<string, Set<HubConnection>>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: EventHubOptions) {
    this.#o = options;
    this.#timer = setInterval(() => {
      for (const connection of this.#connections) {
        connection.ping();
        void connection.review(options.review);
      }
    }, options.pingInterval ?? 15_000);
  }

  /**
   * @param token one that came with the request; null waits for the first message
   * @param address where the client is
   */
  accept(socket: WebSocket, token: string | null, address: string): void {
    const strangers = this.#strangers.get(address) ?? new Set();
    if (this.#connections.size >= mostOfAll || strangers.size >= mostStrangers) {
      socket.close(hubCloseCodes.tooMany, 'too many connections');
      return;
    }
    const isNoStranger = (connection: HubConnection) => {
      if (strangers.delete(connection) && strangers.size === 0) this.#strangers.delete(address);
    };
    const connection = new HubConnection({
      socket,
      verify: this.#o.verify,
      now: this.#o.now,
      onKnown: (known) => {
        isNoStranger(known);
        return this.#known(known);
      },
      onGone: (gone) => {
        isNoStranger(gone);
        this.#gone(gone);
      },
    });
    this.#connections.add(connection);
    this.#strangers.set(address, strangers.add(connection));
    if (token !== null) void connection.show(token);
  }

  /** Those who may hear something. */
  *listeners(): Iterable<HubConnection> {
    for (const connection of this.#connections) if (connection.identity !== null) yield connection;
  }

  get isHeard(): boolean {
    return this.#byUser.size > 0;
  }

  /** @param source whose it is; null is everybody's */
  broadcast(event: HubEvent, source: Source | null): void {
    const text = JSON.stringify(event);
    for (const connection of this.listeners()) {
      if (source === null || connection.sources.includes(source)) connection.send(text);
    }
  }

  close(): void {
    clearInterval(this.#timer);
    for (const connection of [...this.#connections]) connection.end(hubCloseCodes.goingAway, 'the server goes down');
  }

  #known(connection: HubConnection): boolean {
    const user = connection.identity?.id ?? '';
    const held = this.#byUser.get(user) ?? 0;
    this.#byUser.set(user, held + 1);
    this.#o.connections.inc();
    if (held >= mostOfOne) return false;
    this.#o.onKnown(connection);
    return true;
  }

  #gone(connection: HubConnection): void {
    this.#connections.delete(connection);
    const user = connection.identity?.id;
    if (user === undefined) return;
    const held = (this.#byUser.get(user) ?? 1) - 1;
    if (held > 0) this.#byUser.set(user, held);
    else this.#byUser.delete(user);
    this.#o.connections.dec();
  }
}
