import { Axis } from './axis.ts';
import type { PtzPosition, PtzVector } from './position.ts';
import { Presets } from './presets.ts';

const AXES = ['pan', 'tilt', 'zoom'] as const;

/**
 * The mechanics of a camera that can be moved. Each axis has its own motor; a command changes only the axes it names.
 * Time is handed in, milliseconds that never step back.
 */
export class PtzHead {
  readonly presets = new Presets();
  #home: PtzPosition = { pan: 0, tilt: 0, zoom: 0 };
  readonly #axes: Readonly<Record<(typeof AXES)[number], Axis>> = {
    pan: new Axis(-1, 1, 0.5),
    tilt: new Axis(-1, 1, 0.4),
    zoom: new Axis(0, 1, 0.4),
  };

  position(nowMs: number): PtzPosition {
    const { pan, tilt, zoom } = this.#axes;
    return { pan: pan.position(nowMs), tilt: tilt.position(nowMs), zoom: zoom.position(nowMs) };
  }

  moving(nowMs: number): boolean {
    return this.turning(nowMs) || this.zooming(nowMs);
  }

  turning(nowMs: number): boolean {
    return this.#axes.pan.moving(nowMs) || this.#axes.tilt.moving(nowMs);
  }

  zooming(nowMs: number): boolean {
    return this.#axes.zoom.moving(nowMs);
  }

  /** Moves with shares of the full speed, −1 to 1, for so many milliseconds or (Infinity) until it is stopped. */
  drive(velocity: PtzVector, nowMs: number, forMs: number): void {
    for (const axis of AXES) {
      const share = velocity[axis];
      if (share !== undefined) this.#axes[axis].drive(share, nowMs, forMs);
    }
  }

  /** Moves to a place, with shares of the full speed, 0 to 1; full where none is named. */
  glide(target: PtzVector, nowMs: number, speed: PtzVector = {}): void {
    for (const axis of AXES) {
      const place = target[axis];
      if (place !== undefined) this.#axes[axis].glide(place, speed[axis] ?? 1, nowMs);
    }
  }

  /** Moves by so much from where it is now. */
  shift(by: PtzVector, nowMs: number, speed: PtzVector = {}): void {
    const at = this.position(nowMs);
    const target = AXES.flatMap((axis) => {
      const way = by[axis];
      return way === undefined ? [] : [[axis, at[axis] + way] as const];
    });
    this.glide(Object.fromEntries(target), nowMs, speed);
  }

  goHome(nowMs: number, speed: PtzVector = {}): void {
    this.glide(this.#home, nowMs, speed);
  }

  /** Home is from now on where it looks now. */
  setHome(nowMs: number): void {
    this.#home = this.position(nowMs);
  }

  stop(nowMs: number, { panTilt = true, zoom = true }: { panTilt?: boolean; zoom?: boolean } = {}): void {
    if (panTilt) this.drive({ pan: 0, tilt: 0 }, nowMs, 0);
    if (zoom) this.drive({ zoom: 0 }, nowMs, 0);
  }
}
