import type { Profile, StreamStatus } from '@marsad/contract';
import type { AccessUnit, Track } from '@marsad/media';

/** Names one stream: a profile of a camera. */
export interface StreamKey {
  readonly camera: string;
  readonly profile: Profile;
}

/**
 * Where pictures come from, for whoever shows or keeps them. An edge does not know whether the ingest is in the same
 * process or behind RPC: both implement this.
 */
export interface StreamProvider {
  /**
   * Attaches a sink. Never throws and never waits: an unknown camera or a lost node is reported by `sink.status()`,
   * and the subscription recovers by itself when the stream does. The current GOP is delivered first, marked `replay`.
   * No callback comes before this returned. A profile the camera does not have is `unsupported`, `STREAM_NOT_FOUND`.
   */
  subscribe(key: StreamKey, sink: StreamSink): StreamSubscription;
}

export interface StreamSubscription {
  /** Detaches the sink; nothing is called after it returns. Safe to call twice. */
  close(): void;
}

/** Callbacks must not throw; one that does is logged and its sink detached, the stream goes on. */
export interface StreamSink {
  /**
   * Tracks are known or have changed. Always precedes the first unit of a new set. After a new connection to the camera
   * or another node it is called again, perhaps with equal tracks; times of units then start anew.
   */
  tracks(tracks: readonly Track[]): void;
  /**
   * One access unit. The first video unit a sink sees is a key picture.
   *
   * Returns false when the sink cannot take it: then it gets nothing more of that track before the next key picture,
   * and the pictures in between are counted as dropped. A sink never holds back the stream or another sink.
   */
  unit(unit: AccessUnit, replay: boolean): boolean;
  status(status: StreamStatus): void;
}
