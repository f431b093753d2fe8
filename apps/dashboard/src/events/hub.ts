import { useSyncExternalStore } from 'react';
import { session } from '../session/session.ts';
import { type Batch, EventBatch } from './event-batch.ts';
import { HubLink } from './hub-link.ts';

/** What the server says by itself, to whoever listens in this tab. */
class Hub {
  #live = false;
  readonly #onLive = new Set<() => void>();
  readonly #onBatch = new Set<(batch: Batch) => void>();
  readonly #batch = new EventBatch({
    deliver: (batch) => {
      for (const listener of this.#onBatch) listener(batch);
    },
  });
  readonly #link = new HubLink({
    address: () => `${location.origin.replace(/^http/, 'ws')}/ws/stream/stats`,
    token: () => session.token(),
    renew: () => session.renew(),
    onMessage: (text) => this.#batch.add(text),
    onLive: (live) => {
      this.#live = live;
      for (const listener of this.#onLive) listener();
    },
  });
  #unfollow: (() => void) | null = null;

  start(): void {
    this.#unfollow ??= session.subscribe(() => void this.#link.authenticate());
    this.#link.start();
  }

  close(): void {
    this.#unfollow?.();
    this.#unfollow = null;
    this.#link.close();
    this.#batch.clear();
  }

  /** Whether events come at the moment; while they do not, what is shown has to be asked for. */
  readonly live = (): boolean => this.#live;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#onLive.add(listener);
    return () => this.#onLive.delete(listener);
  };

  listen(listener: (batch: Batch) => void): () => void {
    this.#onBatch.add(listener);
    return () => this.#onBatch.delete(listener);
  }
}

export const hub = new Hub();

export function useHubLive(): boolean {
  return useSyncExternalStore(hub.subscribe, hub.live);
}

/** For `refetchInterval`: often while events are away, and now and then beside them, for what no event tells. */
export function useRefreshEvery(away: number, live = 60_000): number {
  return useHubLive() ? live : away;
}
