import { type CameraSpec, Profile, type StreamStatus } from '@marsad/contract';
import type { Logger } from 'pino';
import { type Clock, systemClock } from '../clock/clock.ts';
import type { StreamKey, StreamProvider, StreamSink, StreamSubscription } from '../stream-provider.ts';
import type { SourceFactory } from './source/source.ts';
import { Fanout } from './stream/fanout.ts';
import { Stream, type StreamOptions } from './stream/stream.ts';

export interface IngestOptions {
  /** Makes the source of an address. Throws `SourceError` for none: an address is judged when it is opened. */
  readonly connect: (address: StreamAddress) => SourceFactory;
  readonly log: Logger;
  readonly clock?: Clock;
  /** Bound of each stream's GOP cache, bytes. Default 16 MiB. */
  readonly gopBytes?: number;
  /** How the streams behave in time; for tests. */
  readonly stream?: Pick<StreamOptions, 'backoff' | 'lingerMs' | 'frozenMs' | 'stallMs' | 'provenMs' | 'random'>;
  /** Every change of state of every stream. */
  readonly onStatus?: (key: StreamKey, status: StreamStatus) => void;
}

export interface StreamAddress {
  readonly url: string;
  readonly transport: CameraSpec['transport'];
}

interface Slot {
  readonly key: StreamKey;
  readonly fanout: Fanout;
  /** Present while the camera is assigned here and has this profile. */
  stream: Stream | null;
}

/** One stream as `Ingest.streams` lists it. */
export interface IngestStream {
  readonly key: StreamKey;
  readonly fanout: Fanout;
  readonly stream: Stream;
}

/**
 * The cameras this node owns. It is told the whole set; what changed is opened, reopened or closed, and nothing else
 * is touched. It keeps running on what it was last told when nobody speaks to it any more.
 *
 * Sinks may be attached to a stream that is not assigned (yet, or any more): they are told `UNASSIGNED` and see
 * pictures when it is.
 */
export class Ingest implements StreamProvider {
  readonly #options: IngestOptions;
  readonly #clock: Clock;
  readonly #slots = new Map<string, Slot>();
  #cameras = new Map<string, CameraSpec>();
  #generation = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(options: IngestOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Answers false, and changes nothing, when a newer generation was already accepted. */
  assign(generation: number, cameras: readonly CameraSpec[]): boolean {
    if (this.#closed || generation < this.#generation) return false;
    this.#generation = generation;
    const before = this.#cameras;
    this.#cameras = new Map(cameras.map((camera) => [camera.id, camera]));
    for (const id of before.keys()) {
      if (this.#cameras.has(id)) continue;
      for (const profile of Profile.options) this.#unassign({ camera: id, profile }, 'offline', 'UNASSIGNED');
    }
    const changed = cameras.filter((camera) => !same(before.get(camera.id), camera)).length;
    // 4 ms each: 250 cameras are opened per second, so that a node that starts does not stumble over its own rush.
    const spread = Math.min(5000, changed * 4);
    for (const camera of this.#cameras.values()) {
      for (const profile of Profile.options) this.#apply(camera, profile, before.get(camera.id), spread);
    }
    return true;
  }

  subscribe(key: StreamKey, sink: StreamSink): StreamSubscription {
    return this.#slot(key).fanout.attach(sink);
  }

  /** Streams of assigned cameras, both profiles. */
  *streams(): Iterable<IngestStream> {
    for (const { key, fanout, stream } of this.#slots.values()) if (stream) yield { key, fanout, stream };
  }

  owns(camera: string): boolean {
    return this.#cameras.has(camera);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const slot of this.#slots.values()) slot.stream?.close();
    this.#slots.clear();
    this.#cameras.clear();
  }

  #apply(camera: CameraSpec, profile: 'main' | 'sub', before: CameraSpec | undefined, spread: number): void {
    const address = camera[profile];
    const key = { camera: camera.id, profile };
    if (!address) {
      if (before?.[profile] || this.#slots.has(slotId(key))) this.#unassign(key, 'unsupported', 'STREAM_NOT_FOUND');
      return;
    }
    const old = before?.[profile];
    if (old?.url === address.url && before?.mode === camera.mode && before.transport === camera.transport) return;
    const slot = this.#slot(key);
    slot.stream?.close();
    const random = this.#options.stream?.random ?? Math.random;
    slot.stream = new Stream({
      ...this.#options.stream,
      source: this.#options.connect({ url: address.url, transport: camera.transport }),
      fanout: slot.fanout,
      mode: camera.mode,
      clock: this.#clock,
      startDelayMs: before ? 0 : random() * spread,
      probe: { firstWithinMs: 1000 + spread * 2 },
    });
    slot.stream.start();
  }

  #slot(key: StreamKey): Slot {
    const id = slotId(key);
    const existing = this.#slots.get(id);
    if (existing) return existing;
    const camera = this.#cameras.get(key.camera);
    const slot: Slot = { key, fanout: this.#fanout(key, camera !== undefined, () => slot), stream: null };
    if (!this.#closed) this.#slots.set(id, slot);
    return slot;
  }

  #fanout(key: StreamKey, known: boolean, slot: () => Slot): Fanout {
    const fanout = new Fanout({
      status: this.#absent(known ? 'unsupported' : 'offline', known ? 'STREAM_NOT_FOUND' : 'UNASSIGNED'),
      ...(this.#options.gopBytes === undefined ? {} : { gopBytes: this.#options.gopBytes }),
      onSinks: () => {
        slot().stream?.sinksChanged();
        this.#forget(slot());
      },
      onStatus: (status) => this.#options.onStatus?.(key, status),
      onSinkFailed: (error) => this.#options.log.error({ ...key, err: error }, 'a sink failed and was detached'),
    });
    return fanout;
  }

  #unassign(key: StreamKey, state: 'offline' | 'unsupported', reason: 'UNASSIGNED' | 'STREAM_NOT_FOUND'): void {
    const slot = this.#slots.get(slotId(key));
    if (!slot) return;
    slot.stream?.close();
    slot.stream = null;
    if (slot.fanout.currentStatus.reason !== reason) slot.fanout.status(this.#absent(state, reason));
    this.#forget(slot);
  }

  /** A slot without a stream is kept only for the sinks that wait in it. */
  #forget(slot: Slot): void {
    if (!slot.stream && slot.fanout.sinks === 0) this.#slots.delete(slotId(slot.key));
  }

  #absent(state: 'offline' | 'unsupported', reason: 'UNASSIGNED' | 'STREAM_NOT_FOUND'): StreamStatus {
    const detail = reason === 'STREAM_NOT_FOUND' ? 'the camera has no such profile' : null;
    return { state, reason, detail, since: this.#clock.now(), last_picture_at: null, next_attempt_at: null };
  }
}

function slotId(key: StreamKey): string {
  return `${key.profile}/${key.camera}`;
}

function same(a: CameraSpec | undefined, b: CameraSpec): boolean {
  return (
    a !== undefined &&
    a.mode === b.mode &&
    a.transport === b.transport &&
    a.main.url === b.main.url &&
    a.sub?.url === b.sub?.url
  );
}
