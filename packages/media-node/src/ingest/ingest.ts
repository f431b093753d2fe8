import { type CameraSpec, Profile, type StreamOrigin, type StreamStatus } from '@marsad/contract';
import type { Logger } from 'pino';
import { type Clock, systemClock } from '../clock/clock.ts';
import type { StreamKey, StreamProvider, StreamSink, StreamSubscription } from '../stream-provider.ts';
import type { Publication, Published, Publisher, StreamPublishing } from '../stream-publishing.ts';
import type { SourceFactory } from './source/source.ts';
import { Fanout } from './stream/fanout.ts';
import type { FedStream } from './stream/fed-stream.ts';
import { PublishedStream } from './stream/published-stream.ts';
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
  /** Somebody began to push a stream here, or nobody does any more (null). */
  readonly onPublished?: (key: StreamKey, published: Published | null) => void;
}

export interface StreamAddress {
  readonly url: string;
  readonly transport: CameraSpec['transport'];
}

interface Slot {
  readonly key: StreamKey;
  readonly fanout: Fanout;
  /** Present while the camera is assigned here and has this profile, or somebody pushes it here. */
  stream: FedStream | null;
}

/** One stream as `Ingest.streams` lists it. */
export interface IngestStream {
  readonly key: StreamKey;
  readonly fanout: Fanout;
  readonly stream: FedStream;
}

/**
 * The cameras this node owns. It is told the whole set; what changed is opened, reopened or closed, and nothing else
 * is touched. It keeps running on what it was last told when nobody speaks to it any more.
 *
 * Sinks may be attached to a stream that is not assigned (yet, or any more): they are told `UNASSIGNED` and see
 * pictures when it is.
 *
 * A stream that is pushed is where its publisher is: here from the first moment, assigned or not, until he goes.
 */
export class Ingest implements StreamProvider, StreamPublishing {
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

  /** The newest that was accepted; not finite before the first, and once closed. */
  get generation(): number {
    return this.#closed ? Number.POSITIVE_INFINITY : this.#generation;
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

  publish(key: StreamKey, publisher: Publisher): Publication | null {
    if (this.#closed) return null;
    const slot = this.#slot(key);
    slot.stream ??= this.#published(slot);
    // A camera that is pulled here: whoever let the publisher in knows better, and tells us in a moment.
    if (!(slot.stream instanceof PublishedStream)) return null;
    const publication = slot.stream.publish(publisher);
    for (const profile of Profile.options) {
      const other = this.#slots.get(slotId({ ...key, profile }));
      if (other && !other.stream) this.#unassign(other.key, 'unsupported', 'STREAM_NOT_FOUND');
    }
    return publication;
  }

  /** Disconnects who pushes this stream here. False when nobody does. */
  unpublish(key: StreamKey, reason: string): boolean {
    const stream = this.#slots.get(slotId(key))?.stream;
    return stream instanceof PublishedStream && stream.end(reason);
  }

  /** Null while nobody pushes this stream here. */
  published(key: StreamKey): Published | null {
    const stream = this.#slots.get(slotId(key))?.stream;
    return stream instanceof PublishedStream ? stream.published : null;
  }

  /** Whether somebody pushes a profile of this camera here now. */
  isPublished(camera: string): boolean {
    return Profile.options.some((profile) => this.published({ camera, profile }) !== null);
  }

  /** Streams of assigned cameras, both profiles, and those that are pushed here. */
  *streams(): Iterable<IngestStream> {
    for (const { key, fanout, stream } of this.#slots.values()) if (stream) yield { key, fanout, stream };
  }

  /** Ids of the cameras it was told to own. */
  get assigned(): Iterable<string> {
    return this.#cameras.keys();
  }

  owns(camera: string): boolean {
    return this.#cameras.has(camera) || this.isPublished(camera);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const slot of this.#slots.values()) slot.stream?.close();
    this.#slots.clear();
    this.#cameras.clear();
  }

  #apply(camera: CameraSpec, profile: 'main' | 'sub', before: CameraSpec | undefined, spread: number): void {
    const origin = camera[profile];
    const key = { camera: camera.id, profile };
    if (!origin) {
      if (before?.[profile] || this.#slots.has(slotId(key))) this.#unassign(key, 'unsupported', 'STREAM_NOT_FOUND');
      return;
    }
    if ('push' in origin) {
      const slot = this.#slot(key);
      if (slot.stream instanceof PublishedStream) return;
      slot.stream?.close();
      slot.stream = this.#published(slot);
      return;
    }
    const same = before?.mode === camera.mode && before.transport === camera.transport;
    if (same && sameOrigin(before[profile], origin)) return;
    const slot = this.#slot(key);
    slot.stream?.close();
    const random = this.#options.stream?.random ?? Math.random;
    const stream = new Stream({
      ...this.#options.stream,
      source: this.#options.connect({ url: origin.url, transport: camera.transport }),
      fanout: slot.fanout,
      mode: camera.mode,
      clock: this.#clock,
      startDelayMs: before ? 0 : random() * spread,
      probe: { firstWithinMs: 1000 + spread * 2 },
    });
    slot.stream = stream;
    stream.start();
  }

  #published(slot: Slot): PublishedStream {
    const { key, fanout } = slot;
    const frozenMs = this.#options.stream?.frozenMs;
    return new PublishedStream({
      fanout,
      clock: this.#clock,
      ...(frozenMs === undefined ? {} : { frozenMs }),
      onPublished: (published) => {
        if (published === null && !this.#isPushed(key)) {
          slot.stream = null;
          this.#forget(slot);
        }
        this.#options.onPublished?.(key, published);
      },
    });
  }

  /** Whether the camera is assigned here as one that is pushed. */
  #isPushed({ camera, profile }: StreamKey): boolean {
    const origin = this.#cameras.get(camera)?.[profile];
    return origin !== undefined && origin !== null && 'push' in origin;
  }

  #slot(key: StreamKey): Slot {
    const id = slotId(key);
    const existing = this.#slots.get(id);
    if (existing) return existing;
    const slot: Slot = { key, fanout: this.#fanout(key, this.owns(key.camera), () => slot), stream: null };
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
    // The camera was placed on another node, or is not known yet: its publisher is here all the same.
    if (reason === 'UNASSIGNED' && this.published(key) !== null) return;
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
    sameOrigin(a.main, b.main) &&
    sameOrigin(a.sub, b.sub)
  );
}

function sameOrigin(a: StreamOrigin | null | undefined, b: StreamOrigin | null | undefined): boolean {
  if (!a || !b) return !a && !b;
  return 'url' in a && 'url' in b ? a.url === b.url : 'push' in a && 'push' in b;
}
