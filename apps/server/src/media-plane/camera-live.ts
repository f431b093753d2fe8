import type { CameraStatus, Profile, StreamState, StreamStatus } from '@marsad/contract';

/** What is known of a camera at this moment: the engine's state, and the documented word for it. */
export interface CameraLive {
  readonly status: CameraStatus;
  readonly stream: StreamStatus;
  readonly width: number | null;
  readonly height: number | null;
  readonly frameRate: number | null;
}

/** Figures of a stream that its status does not hold. */
export interface StreamFigures {
  readonly width: number | null;
  readonly height: number | null;
  readonly frameRate: number | null;
}

interface Profiled {
  status: StreamStatus;
  figures: StreamFigures;
}

const noFigures: StreamFigures = { width: null, height: null, frameRate: null };

/** Null stands for "as it was": a camera that is being opened keeps the word it had. */
const words: Record<StreamState, CameraStatus | null> = {
  idle: 'ONLINE',
  live: 'ONLINE',
  connecting: null,
  offline: 'OFFLINE',
  frozen: 'ERROR',
  unsupported: 'ERROR',
  unauthorized: 'ERROR',
};

/** One camera's state, put together from its profiles. */
export class CameraLiveState {
  readonly #profiles = new Map<Profile, Profiled>();
  readonly #unknown: StreamStatus;
  #word: CameraStatus = 'OFFLINE';

  /** @param now milliseconds since the epoch */
  constructor(now: number) {
    this.#unknown = {
      state: 'connecting',
      reason: 'UNASSIGNED',
      detail: null,
      since: now,
      last_picture_at: null,
      next_attempt_at: null,
    };
  }

  /** @returns whether anything changed that a viewer of the list would see */
  update(profile: Profile, status: StreamStatus, figures?: StreamFigures): boolean {
    const before = this.#current();
    const known = this.#profiles.get(profile);
    // A node that has the camera anew does not know when another one saw it last.
    const last_picture_at = status.last_picture_at ?? known?.status.last_picture_at ?? null;
    this.#profiles.set(profile, {
      status: { ...status, last_picture_at },
      figures: figures ?? known?.figures ?? noFigures,
    });
    const after = this.#current();
    this.#word = words[after.state] ?? this.#word;
    return (
      before.state !== after.state ||
      before.reason !== after.reason ||
      before.detail !== after.detail ||
      before.since !== after.since
    );
  }

  /** The node that had it is away; what was seen last stays known. */
  lost(now: number, placed: boolean): boolean {
    const before = this.#current();
    let changed = false;
    for (const profile of ['main', 'sub'] as const) {
      const known = this.#profiles.get(profile);
      if (known === undefined && profile === 'sub') continue;
      const status: StreamStatus = {
        state: placed ? 'connecting' : 'offline',
        reason: 'NODE_LOST',
        detail: null,
        since: before.reason === 'NODE_LOST' ? before.since : now,
        last_picture_at: known?.status.last_picture_at ?? null,
        next_attempt_at: null,
      };
      changed = this.update(profile, status) || changed;
    }
    return changed;
  }

  get live(): CameraLive {
    const { width, height, frameRate } = this.#profiles.get('main')?.figures ?? noFigures;
    return { status: this.#word, stream: this.#current(), width, height, frameRate };
  }

  /** The main profile speaks for the camera, unless only the other one is being watched. */
  #current(): StreamStatus {
    const main = this.#profiles.get('main')?.status;
    const sub = this.#profiles.get('sub')?.status;
    if (main === undefined) return this.#unknown;
    return main.state === 'idle' && sub?.state === 'live' ? sub : main;
  }
}
