/** A point in metres: x to the right, y up from the ground, z away from the camera along the ground. */
export type Point = readonly [x: number, y: number, z: number];

export interface PerspectiveOptions {
  /** Focal length in pixels. */
  readonly focal: number;
  /** Height of the camera over the ground in metres. */
  readonly height: number;
  /** Column of the vanishing point in pixels. */
  readonly centre: number;
  /** Row of the horizon in pixels. */
  readonly horizon: number;
}

/** A pinhole camera with an upright picture plane (a shifted lens): upright things stay upright. */
export class Perspective {
  readonly focal: number;
  readonly height: number;
  readonly centre: number;
  readonly horizon: number;

  constructor(options: PerspectiveOptions) {
    this.focal = options.focal;
    this.height = options.height;
    this.centre = options.centre;
    this.horizon = options.horizon;
  }

  /** Pixels per metre at distance `z`. */
  scale(z: number): number {
    return this.focal / Math.max(z, 0.3);
  }

  x(x: number, z: number): number {
    return this.centre + x * this.scale(z);
  }

  y(y: number, z: number): number {
    return this.horizon + (this.height - y) * this.scale(z);
  }

  /** Flat x, y list of a polygon in space. Points behind the camera are pulled to just before it. */
  polygon(points: readonly Point[]): number[] {
    const flat: number[] = [];
    for (const [x, y, z] of points) flat.push(this.x(x, z), this.y(y, z));
    return flat;
  }

  /** A rectangle on the ground. */
  ground(x0: number, x1: number, z0: number, z1: number, y = 0): number[] {
    return this.polygon([
      [x0, y, z0],
      [x1, y, z0],
      [x1, y, z1],
      [x0, y, z1],
    ]);
  }
}
