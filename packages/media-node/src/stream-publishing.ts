import type { StreamReason } from '@marsad/contract';
import type { AccessUnit, Track } from '@marsad/media';
import type { StreamKey } from './stream-provider.ts';

/**
 * Where those who push a stream to this node bring it (RTSP `RECORD`, WHIP). While somebody publishes it, the node owns
 * that stream: its sinks here see it at once, and the api sends every other edge here for it.
 */
export interface StreamPublishing {
  /** Null while somebody else publishes this stream: the first one stays, and a second is refused. */
  publish(key: StreamKey, publisher: Publisher): Publication | null;
}

export interface Publisher {
  /** With whose rights he was let in; undefined when he has shown a key. */
  readonly user?: string | undefined;
  /** The stream is not wanted any more (camera removed, ended by an administrator): disconnect. */
  end(reason: string): void;
}

/** That somebody publishes a stream. */
export interface Published {
  /** Since when, wall clock, milliseconds. */
  readonly at: number;
  /** `Publisher.user`. */
  readonly by: string | undefined;
}

export interface Publication {
  /** Must precede the first unit, and every change of tracks the first unit of the new ones. */
  tracks(tracks: readonly Track[]): void;
  unit(unit: AccessUnit): void;
  /** Adds to the stream's figures: bytes and packets received, packets lost. */
  count(figures: { bytes: number; packets: number; packetsLost: number }): void;
  /** The publisher has gone. Safe to call twice. */
  close(reason: StreamReason, detail: string | null): void;
}
