import type { Profile, StreamStatus } from '@marsad/contract';
import { type CameraLive, CameraLiveState, type StreamFigures } from './camera-live.ts';

export interface CameraStatesOptions {
  /** Wall clock, milliseconds. */
  readonly now: () => number;
  /** What a viewer of the list would see has changed. */
  readonly onChange: (camera: string, live: CameraLive) => void;
}

/** How every camera is, as far as nodes have said. */
export class CameraStates {
  readonly #o: CameraStatesOptions;
  readonly #states = new Map<string, CameraLiveState>();

  constructor(options: CameraStatesOptions) {
    this.#o = options;
  }

  live(camera: string): CameraLive {
    return (this.#states.get(camera) ?? new CameraLiveState(this.#o.now())).live;
  }

  /** Every camera whose state is known. */
  *known(): Iterable<[id: string, live: CameraLive]> {
    for (const [id, state] of this.#states) yield [id, state.live];
  }

  /** Forgets all cameras but these. */
  keep(cameras: { has(id: string): boolean }): void {
    for (const id of this.#states.keys()) if (!cameras.has(id)) this.#states.delete(id);
  }

  told(camera: string, profile: Profile, status: StreamStatus, figures?: StreamFigures): void {
    let state = this.#states.get(camera);
    if (state === undefined) {
      state = new CameraLiveState(this.#o.now());
      this.#states.set(camera, state);
    }
    if (state.update(profile, status, figures)) this.#o.onChange(camera, state.live);
  }

  /** The node that had it is away. @param placed whether another one is to have it */
  lost(camera: string, placed: boolean): void {
    const state = this.#states.get(camera);
    if (state?.lost(this.#o.now(), placed)) this.#o.onChange(camera, state.live);
  }
}
