import type { StreamStatus } from '@marsad/contract';
import type { AccessUnit, Track } from '@marsad/media';
import type { StreamKey, StreamProvider, StreamSink, StreamSubscription } from '../../stream-provider.ts';

/** Every camera is this one, and does what it is told, when it is told. For tests. */
export class HandFedCamera implements StreamProvider {
  readonly sinks = new Set<StreamSink>();
  /** Every subscription ever made. */
  readonly subscribed: StreamKey[] = [];
  #tracks: readonly Track[];
  #status: StreamStatus = status('live');

  constructor(tracks: readonly Track[]) {
    this.#tracks = tracks;
  }

  subscribe(key: StreamKey, sink: StreamSink): StreamSubscription {
    this.subscribed.push(key);
    this.sinks.add(sink);
    queueMicrotask(() => {
      sink.status(this.#status);
      if (this.#tracks.length > 0) sink.tracks(this.#tracks);
    });
    return { close: () => this.sinks.delete(sink) };
  }

  tracks(tracks: readonly Track[]): void {
    this.#tracks = tracks;
    for (const sink of this.sinks) sink.tracks(tracks);
  }

  unit(unit: AccessUnit, replay = false): void {
    for (const sink of this.sinks) sink.unit(unit, replay);
  }

  say(state: StreamStatus['state'], reason: StreamStatus['reason'] = null): void {
    this.#status = status(state, reason);
    for (const sink of this.sinks) sink.status(this.#status);
  }
}

function status(state: StreamStatus['state'], reason: StreamStatus['reason'] = null): StreamStatus {
  return { state, reason, detail: null, since: 0, last_picture_at: null, next_attempt_at: null };
}
