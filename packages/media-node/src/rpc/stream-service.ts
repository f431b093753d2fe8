import type { AccessUnit, Track } from '@marsad/media';
import type { StreamKey, StreamProvider, StreamSink, StreamSubscription } from '../stream-provider.ts';
import { RpcError } from './rpc-error.ts';
import type { RpcPeer } from './rpc-peer.ts';
import { toWireTrack } from './wire-track.ts';

const maxSubscriptionsPerPeer = 4096;

/** Lets other nodes subscribe to the streams of this one. */
export class StreamService {
  readonly #streams: StreamProvider;
  readonly #maxBacklog: number;
  readonly #peers = new Map<RpcPeer, Map<number, StreamSubscription>>();

  /** `maxBacklog`: bytes of one subscription that may wait for a slow peer. Default 4 MiB. */
  constructor(streams: StreamProvider, maxBacklog = 4 * 1024 * 1024) {
    this.#streams = streams;
    this.#maxBacklog = maxBacklog;
  }

  /** @throws RpcError when the number is taken or there are too many. */
  subscribe(peer: RpcPeer, key: StreamKey, subscription: number): void {
    let mine = this.#peers.get(peer);
    if (!mine) {
      mine = new Map();
      this.#peers.set(peer, mine);
    }
    if (mine.has(subscription)) throw new RpcError('INVALID_PARAMS', 'subscription number is taken');
    if (mine.size >= maxSubscriptionsPerPeer) throw new RpcError('INVALID_PARAMS', 'too many subscriptions');
    mine.set(subscription, this.#streams.subscribe(key, new PeerSink(peer, subscription, this.#maxBacklog)));
  }

  unsubscribe(peer: RpcPeer, subscription: number): void {
    const mine = this.#peers.get(peer);
    mine?.get(subscription)?.close();
    mine?.delete(subscription);
  }

  /** The connection is gone, and with it everything that was sent over it. */
  gone(peer: RpcPeer): void {
    for (const subscription of this.#peers.get(peer)?.values() ?? []) subscription.close();
    this.#peers.delete(peer);
  }

  get subscriptions(): number {
    let count = 0;
    for (const mine of this.#peers.values()) count += mine.size;
    return count;
  }
}

class PeerSink implements StreamSink {
  readonly #peer: RpcPeer;
  readonly #subscription: number;
  readonly #maxBacklog: number;
  #backlog = 0;

  constructor(peer: RpcPeer, subscription: number, maxBacklog: number) {
    this.#peer = peer;
    this.#subscription = subscription;
    this.#maxBacklog = maxBacklog;
  }

  tracks(tracks: readonly Track[]): void {
    this.#peer.event('stream.tracks', { subscription: this.#subscription, tracks: tracks.map(toWireTrack) });
  }

  status(status: Parameters<StreamSink['status']>[0]): void {
    this.#peer.event('stream.status', { subscription: this.#subscription, status });
  }

  unit(unit: AccessUnit, replay: boolean): boolean {
    // A replayed GOP is bounded by the cache it comes from, and of no use in part.
    if (!replay && this.#backlog > this.#maxBacklog) return false;
    const { bytes } = unit;
    const sent = this.#peer.unit(this.#subscription, unit, replay, () => {
      this.#backlog -= bytes;
    });
    if (sent) this.#backlog += bytes;
    return sent;
  }
}
