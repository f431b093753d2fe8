import type { StreamStatus } from '@marsad/contract';
import type { AccessUnit, Track } from '@marsad/media';
import type { Logger } from 'pino';
import type { Clock, Timer } from '../clock/clock.ts';
import type { StreamKey } from '../stream-provider.ts';
import type { RpcTls } from './address.ts';
import { RpcClient, type RpcEvent } from './rpc-client.ts';
import { RpcError } from './rpc-error.ts';
import type { ReceivedUnit } from './unit-frame.ts';
import { fromWireTrack } from './wire-track.ts';

export interface RemoteNodeOptions {
  readonly address: string;
  readonly secret: string;
  readonly tls?: RpcTls;
  readonly log: Logger;
  readonly clock: Clock;
}

/** What one stream of a node says to the one who asked for it. */
export interface RemoteFeed {
  tracks(tracks: readonly Track[]): void;
  unit(unit: AccessUnit, replay: boolean): void;
  status(status: StreamStatus): void;
  /** A new subscription begins: what came before and what comes now do not join. */
  restarted(): void;
  /** The node cannot be reached. It is subscribed to again by itself. */
  lost(): void;
}

interface Wanted {
  readonly key: StreamKey;
  readonly feed: RemoteFeed;
  subscription: number | null;
  retry: Timer | null;
}

/** One other node, and what is wanted of it: subscribes again after every reconnection. */
export class RemoteNode {
  readonly #client: RpcClient;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #wanted = new Set<Wanted>();
  readonly #bySubscription = new Map<number, Wanted>();
  #next = 1;

  constructor(options: RemoteNodeOptions) {
    this.#clock = options.clock;
    this.#log = options.log;
    this.#client = new RpcClient({
      address: options.address,
      secret: options.secret,
      log: options.log,
      ...(options.tls ? { tls: options.tls } : {}),
      onConnected: () => {
        for (const wanted of this.#wanted) this.#subscribe(wanted);
      },
      onDisconnected: () => this.#lost(),
      onEvent: (event) => this.#event(event),
      onUnit: (received) => this.#unit(received),
    });
  }

  start(): void {
    this.#client.start();
  }

  close(): void {
    for (const wanted of this.#wanted) wanted.retry?.cancel();
    this.#wanted.clear();
    this.#bySubscription.clear();
    this.#client.close();
  }

  get connected(): boolean {
    return this.#client.connected;
  }

  /** Answers how to end it; the feed is not called after that. */
  attach(key: StreamKey, feed: RemoteFeed): () => void {
    const wanted: Wanted = { key, feed, subscription: null, retry: null };
    this.#wanted.add(wanted);
    if (this.#client.connected) this.#subscribe(wanted);
    return () => {
      if (!this.#wanted.delete(wanted)) return;
      wanted.retry?.cancel();
      const { subscription } = wanted;
      if (subscription === null) return;
      this.#bySubscription.delete(subscription);
      this.#client.call('stream.unsubscribe', { subscription }).catch(() => {});
    };
  }

  #subscribe(wanted: Wanted): void {
    wanted.retry?.cancel();
    wanted.retry = null;
    const subscription = this.#next++;
    wanted.subscription = subscription;
    this.#bySubscription.set(subscription, wanted);
    wanted.feed.restarted();
    this.#client.call('stream.subscribe', { ...wanted.key, subscription }).catch((error: unknown) => {
      this.#refused(wanted, subscription, error);
    });
  }

  #refused(wanted: Wanted, subscription: number, error: unknown): void {
    if (wanted.subscription !== subscription || !this.#wanted.has(wanted)) return;
    // A lost connection has its own way back.
    if (error instanceof RpcError && (error.code === 'CONNECTION_LOST' || error.code === 'NOT_CONNECTED')) return;
    this.#log.warn({ err: error, ...wanted.key }, 'a node refused a subscription');
    this.#bySubscription.delete(subscription);
    wanted.subscription = null;
    wanted.feed.lost();
    wanted.retry = this.#clock.after(2000, () => {
      if (this.#client.connected) this.#subscribe(wanted);
    });
  }

  #lost(): void {
    this.#bySubscription.clear();
    for (const wanted of this.#wanted) {
      wanted.subscription = null;
      wanted.feed.lost();
    }
  }

  #event(event: RpcEvent): void {
    switch (event.event) {
      case 'stream.tracks':
        this.#bySubscription.get(event.data.subscription)?.feed.tracks(event.data.tracks.map(fromWireTrack));
        break;
      case 'stream.status':
        this.#bySubscription.get(event.data.subscription)?.feed.status(event.data.status);
        break;
      default:
        break;
    }
  }

  #unit({ subscription, unit, replay }: ReceivedUnit): void {
    this.#bySubscription.get(subscription)?.feed.unit(unit, replay);
  }
}
