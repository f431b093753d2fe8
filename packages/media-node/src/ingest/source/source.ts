import type { StreamReason } from '@marsad/contract';
import type { AccessUnit, Track, VideoTrack } from '@marsad/media';

/**
 * One attempt to receive a camera. It connects in `start`, calls its listener while it lasts, calls `ended` exactly
 * once when it is over by itself, and never again after `close`.
 */
export interface Source {
  start(): void;
  /** Ends politely but without waiting for the camera. Safe to call twice. */
  close(): void;
}

export interface SourceListener {
  tracks(tracks: readonly Track[]): void;
  unit(unit: AccessUnit): void;
  ended(error: SourceError): void;
}

/** What a source has counted. Plain numbers, because they change for every packet. */
export interface SourceCounters {
  bytes: number;
  packets: number;
  packetsLost: number;
  pictures: number;
  picturesLost: number;
}

/** Makes sources for one address, and asks whether it would answer. */
export interface SourceFactory {
  open(listener: SourceListener, counters: SourceCounters): Source;
  /**
   * Resolves when the camera describes a stream that can be shown, with the track as far as the description has it, or
   * null when it leaves that open. Rejects with a `SourceError`.
   */
  probe(signal: AbortSignal): Promise<VideoTrack | null>;
}

/** Why a source ended. `detail` holds facts for a person and never a credential. */
export class SourceError extends Error {
  readonly reason: StreamReason;
  readonly detail: string | null;

  constructor(reason: StreamReason, detail: string | null = null, cause?: unknown) {
    super(detail === null ? reason : `${reason}: ${detail}`, cause === undefined ? {} : { cause });
    this.name = 'SourceError';
    this.reason = reason;
    this.detail = detail === null ? null : detail.slice(0, 200);
  }
}

export function newCounters(): SourceCounters {
  return { bytes: 0, packets: 0, packetsLost: 0, pictures: 0, picturesLost: 0 };
}
