import type { StreamStatus } from '@marsad/contract';
import type { Logger } from 'pino';
import { type Clock, systemClock, type Timer } from '../clock/clock.ts';
import { Fanout } from '../ingest/stream/fanout.ts';
import type { StreamKey, StreamProvider, StreamSink, StreamSubscription } from '../stream-provider.ts';
import type { RpcTls } from './address.ts';
import { RemoteNode } from './remote-node.ts';

export interface RemoteStreamsOptions {
  readonly secret: string;
  readonly tls?: RpcTls;
  readonly log: Logger;
  readonly clock?: Clock;
  /** Bound of each stream's GOP cache here, bytes. Default 16 MiB. */
  readonly gopBytes?: number;
  /** How long a subscription is kept after its last sink left, milliseconds. Default 2,000: a page that reloads. */
  readonly lingerMs?: number;
}

interface RemoteStream {
  readonly key: StreamKey;
  readonly fanout: Fanout;
  linger: Timer | null;
  /** Where it is subscribed now. */
  node: RemoteNode | null;
  detach: (() => void) | null;
}

/**
 * Streams of other nodes. Each is subscribed to once, however many sinks it has here. While its node cannot be
 * reached the sinks are told `NODE_LOST`, without a route `UNASSIGNED`; when that changes they see pictures again
 * without doing anything.
 */
export class RemoteStreams implements StreamProvider {
  readonly #options: RemoteStreamsOptions;
  readonly #clock: Clock;
  readonly #nodes = new Map<string, RemoteNode>();
  readonly #streams = new Map<string, RemoteStream>();
  #routes = new Map<string, string>();
  #closed = false;

  constructor(options: RemoteStreamsOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** The whole set, camera → RPC address. Streams whose address changed move; the others are not touched. */
  route(routes: ReadonlyMap<string, string>): void {
    if (this.#closed) return;
    this.#routes = new Map(routes);
    for (const stream of this.#streams.values()) this.#place(stream);
    this.#closeUnused();
  }

  subscribe(key: StreamKey, sink: StreamSink): StreamSubscription {
    const id = `${key.profile}/${key.camera}`;
    let stream = this.#streams.get(id);
    if (!stream) {
      stream = this.#create(key, id);
      if (!this.#closed) {
        this.#streams.set(id, stream);
        this.#place(stream);
      }
    }
    return stream.fanout.attach(sink);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const stream of this.#streams.values()) {
      stream.linger?.cancel();
      stream.detach?.();
    }
    this.#streams.clear();
    for (const node of this.#nodes.values()) node.close();
    this.#nodes.clear();
  }

  get count(): number {
    return this.#streams.size;
  }

  #create(key: StreamKey, id: string): RemoteStream {
    const { gopBytes, log } = this.#options;
    const stream: RemoteStream = {
      key,
      linger: null,
      node: null,
      detach: null,
      fanout: new Fanout({
        status: this.#away('UNASSIGNED', null),
        ...(gopBytes === undefined ? {} : { gopBytes }),
        onSinks: (sinks) => {
          stream.linger?.cancel();
          stream.linger = null;
          if (sinks > 0 || this.#closed) return;
          stream.linger = this.#clock.after(this.#options.lingerMs ?? 2000, () => this.#remove(id, stream));
        },
        onSinkFailed: (error) => log.error({ ...key, err: error }, 'a sink failed and was detached'),
      }),
    };
    return stream;
  }

  #remove(id: string, stream: RemoteStream): void {
    this.#streams.delete(id);
    stream.detach?.();
    stream.detach = null;
    stream.node = null;
    this.#closeUnused();
  }

  #place(stream: RemoteStream): void {
    const address = this.#routes.get(stream.key.camera);
    const node = address === undefined ? null : this.#node(address);
    if (node && node === stream.node) return;
    stream.detach?.();
    stream.detach = null;
    stream.node = node;
    const { fanout } = stream;
    if (!node) {
      this.#interrupt(fanout, 'UNASSIGNED');
      return;
    }
    if (!node.connected) this.#interrupt(fanout, 'NODE_LOST');
    else fanout.interrupted();
    stream.detach = node.attach(stream.key, {
      tracks: (tracks) => fanout.tracks(tracks),
      unit: (unit, replay) => fanout.push(unit, replay),
      status: (status) => fanout.status(status),
      restarted: () => fanout.interrupted(),
      lost: () => this.#interrupt(fanout, 'NODE_LOST'),
    });
  }

  #interrupt(fanout: Fanout, reason: 'UNASSIGNED' | 'NODE_LOST'): void {
    fanout.interrupted();
    const before = fanout.currentStatus;
    if (before.reason !== reason) fanout.status(this.#away(reason, before.last_picture_at));
  }

  #node(address: string): RemoteNode | null {
    const known = this.#nodes.get(address);
    if (known) return known;
    const { secret, tls, log } = this.#options;
    try {
      const node = new RemoteNode({ address, secret, log, clock: this.#clock, ...(tls ? { tls } : {}) });
      this.#nodes.set(address, node);
      node.start();
      return node;
    } catch (error) {
      log.error({ err: error }, 'a route leads to an address that is none');
      return null;
    }
  }

  #closeUnused(): void {
    const used = new Set(this.#routes.values());
    for (const [address, node] of this.#nodes) {
      if (used.has(address)) continue;
      this.#nodes.delete(address);
      node.close();
    }
  }

  #away(reason: 'UNASSIGNED' | 'NODE_LOST', lastPictureAt: number | null): StreamStatus {
    const since = this.#clock.now();
    return {
      state: 'offline',
      reason,
      detail: null,
      since,
      last_picture_at: lastPictureAt,
      next_attempt_at: null,
    };
  }
}
