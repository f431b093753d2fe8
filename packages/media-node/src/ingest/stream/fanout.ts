import type { StreamStatus } from '@marsad/contract';
import type { AccessUnit, Track } from '@marsad/media';
import type { StreamSink, StreamSubscription } from '../../stream-provider.ts';
import { GopCache } from './gop-cache.ts';

export interface FanoutOptions {
  readonly status: StreamStatus;
  /** Bound of the GOP cache in bytes. Default 16 MiB. */
  readonly gopBytes?: number;
  readonly onStatus?: (status: StreamStatus) => void;
  /** The number of sinks changed. */
  readonly onSinks?: (sinks: number) => void;
  /** A sink threw and was detached. */
  readonly onSinkFailed?: (error: unknown) => void;
}

/**
 * Hands what one stream receives to any number of sinks, and keeps the current GOP for those that join.
 *
 * It outlives the connection that feeds it: a camera may go, come back or move to another node, its sinks stay
 * attached here. Sinks are called one after another on the caller's stack; none of them can hold back another.
 */
export class Fanout {
  readonly #attached = new Set<Attached>();
  readonly #gop: GopCache;
  readonly #onStatus: (status: StreamStatus) => void;
  readonly #onSinks: (sinks: number) => void;
  readonly #onSinkFailed: (error: unknown) => void;
  #tracks: readonly Track[] = [];
  #status: StreamStatus;
  #dropped = 0;

  constructor(options: FanoutOptions) {
    this.#gop = new GopCache(options.gopBytes === undefined ? {} : { maxBytes: options.gopBytes });
    this.#status = options.status;
    this.#onStatus = options.onStatus ?? (() => {});
    this.#onSinks = options.onSinks ?? (() => {});
    this.#onSinkFailed = options.onSinkFailed ?? (() => {});
  }

  /** The sink is first called in a microtask, so never before this returned. */
  attach(sink: StreamSink): StreamSubscription {
    const attached: Attached = { sink, started: false, waiting: ~0, refused: 0 };
    this.#attached.add(attached);
    queueMicrotask(() => this.#begin(attached));
    this.#onSinks(this.#attached.size);
    return { close: () => this.#detach(attached) };
  }

  tracks(tracks: readonly Track[]): void {
    this.#tracks = tracks;
    this.#gop.clear();
    for (const attached of this.#attached) {
      if (!attached.started) continue;
      attached.waiting = ~0;
      this.#guard(attached, () => attached.sink.tracks(tracks));
    }
  }

  status(status: StreamStatus): void {
    this.#status = status;
    this.#onStatus(status);
    for (const attached of this.#attached) {
      if (attached.started) this.#guard(attached, () => attached.sink.status(status));
    }
  }

  /** `replay` marks pictures that another fan-out had cached: they are older than now. */
  push(unit: AccessUnit, replay = false): void {
    this.#gop.add(unit);
    for (const attached of this.#attached) {
      if (attached.started) this.#deliver(attached, unit, replay);
    }
  }

  /** The feed broke off: the pictures kept are no longer a beginning of what comes next. */
  interrupted(): void {
    this.#gop.clear();
    for (const attached of this.#attached) attached.waiting = ~0;
  }

  get currentTracks(): readonly Track[] {
    return this.#tracks;
  }

  get currentStatus(): StreamStatus {
    return this.#status;
  }

  get sinks(): number {
    return this.#attached.size;
  }

  /** Pictures that slow sinks have lost, in all. */
  get dropped(): number {
    return this.#dropped;
  }

  get gop(): GopCache {
    return this.#gop;
  }

  #begin(attached: Attached): void {
    if (!this.#attached.has(attached)) return;
    attached.started = true;
    this.#guard(attached, () => attached.sink.status(this.#status));
    if (this.#tracks.length > 0) this.#guard(attached, () => attached.sink.tracks(this.#tracks));
    for (const unit of [...this.#gop.units]) {
      if (!this.#attached.has(attached)) return;
      this.#deliver(attached, unit, true);
    }
  }

  #deliver(attached: Attached, unit: AccessUnit, replay: boolean): void {
    const bit = 1 << (unit.track & 31);
    if (attached.waiting & bit) {
      if (!unit.key) {
        if (attached.refused & bit) this.#dropped++;
        return;
      }
      attached.waiting &= ~bit;
      attached.refused &= ~bit;
    }
    let taken: boolean;
    try {
      taken = attached.sink.unit(unit, replay);
    } catch (error) {
      this.#failed(attached, error);
      return;
    }
    if (taken) return;
    attached.waiting |= bit;
    attached.refused |= bit;
    this.#dropped++;
  }

  #guard(attached: Attached, call: () => void): void {
    if (!this.#attached.has(attached)) return;
    try {
      call();
    } catch (error) {
      this.#failed(attached, error);
    }
  }

  #failed(attached: Attached, error: unknown): void {
    this.#onSinkFailed(error);
    this.#detach(attached);
  }

  #detach(attached: Attached): void {
    if (this.#attached.delete(attached)) this.#onSinks(this.#attached.size);
  }
}

interface Attached {
  readonly sink: StreamSink;
  started: boolean;
  /** Bit per track: nothing is delivered before the next key picture. */
  waiting: number;
  /** Bit per track: it waits because the sink refused a unit, so what it misses counts as dropped. */
  refused: number;
}
