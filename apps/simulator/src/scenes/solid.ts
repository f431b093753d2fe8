import type { Canvas } from './canvas.ts';
import { type Colour, lit } from './colour.ts';
import type { Perspective, Point } from './perspective.ts';

/** A convex body with a four-cornered floor and a four-cornered roof, which may be smaller (a car's cabin). */
export interface Solid {
  /** Counter-clockwise seen from above. */
  readonly floor: readonly [Point, Point, Point, Point];
  readonly roof: readonly [Point, Point, Point, Point];
}

export interface Side {
  /** Corners: bottom left, bottom right, top right, top left, seen from outside. */
  readonly corners: readonly [Point, Point, Point, Point];
  readonly index: number;
  readonly light: number;
}

const SUN: Point = [-0.45, 0.75, -0.48];

/** The sides that the camera sees, with the light that falls on each. */
function visibleSides(solid: Solid, view: Perspective): Side[] {
  const sides: Side[] = [];
  for (let i = 0; i < 4; i++) {
    const a = solid.floor[i] as Point;
    const b = solid.floor[(i + 1) % 4] as Point;
    const c = solid.roof[(i + 1) % 4] as Point;
    const d = solid.roof[i] as Point;
    const n = normal(a, b, d);
    if (facing(n, a, view)) sides.push({ corners: [a, b, c, d], index: i, light: brightness(n) });
  }
  return sides;
}

/** Draws the body's visible sides and its roof. */
export function drawSolid(canvas: Canvas, view: Perspective, solid: Solid, paint: Colour): Side[] {
  const sides = visibleSides(solid, view);
  for (const side of sides) canvas.polygon(view.polygon(side.corners), lit(paint, side.light));
  const [a] = solid.roof;
  if (a[1] < view.height) canvas.polygon(view.polygon(solid.roof), lit(paint, 1.12));
  return sides;
}

/** A point of a side: `u` from left to right and `v` from bottom to top, both 0 to 1. */
export function onSide(side: Side, u: number, v: number): Point {
  const [a, b, c, d] = side.corners;
  const at = (k: 0 | 1 | 2) => (a[k] * (1 - u) + b[k] * u) * (1 - v) + (d[k] * (1 - u) + c[k] * u) * v;
  return [at(0), at(1), at(2)];
}

/** A rectangle of a side as a polygon on the picture. */
export function patch(view: Perspective, side: Side, u0: number, u1: number, v0: number, v1: number): number[] {
  return view.polygon([onSide(side, u0, v0), onSide(side, u1, v0), onSide(side, u1, v1), onSide(side, u0, v1)]);
}

/** An upright box around (x, z); `forward` is the unit direction of its length. */
export function box(
  x: number,
  z: number,
  forward: readonly [number, number],
  size: { length: number; width: number; from: number; to: number; shift?: number; taper?: number; lean?: number },
): Solid {
  const [fx, fz] = forward;
  const shift = size.shift ?? 0;
  const corner = (along: number, across: number, y: number): Point => [
    x + fx * (along + shift) + fz * across,
    y,
    z + fz * (along + shift) - fx * across,
  ];
  const l = size.length / 2;
  const w = size.width / 2;
  const lt = l - (size.lean ?? 0);
  const wt = w - (size.taper ?? 0);
  return {
    floor: [corner(l, w, size.from), corner(l, -w, size.from), corner(-l, -w, size.from), corner(-l, w, size.from)],
    roof: [corner(lt, wt, size.to), corner(lt, -wt, size.to), corner(-lt, -wt, size.to), corner(-lt, wt, size.to)],
  };
}

function normal(a: Point, b: Point, d: Point): Point {
  const ux = b[0] - a[0];
  const uy = b[1] - a[1];
  const uz = b[2] - a[2];
  const vx = d[0] - a[0];
  const vy = d[1] - a[1];
  const vz = d[2] - a[2];
  // x right, y up, z away is a left-handed space, hence v × u.
  const n: Point = [uz * vy - uy * vz, ux * vz - uz * vx, uy * vx - ux * vy];
  const length = Math.hypot(n[0], n[1], n[2]) || 1;
  return [n[0] / length, n[1] / length, n[2] / length];
}

function facing(n: Point, at: Point, view: Perspective): boolean {
  return n[0] * -at[0] + n[1] * (view.height - at[1]) + n[2] * -at[2] > 0;
}

function brightness(n: Point): number {
  return 0.72 + 0.36 * (n[0] * SUN[0] + n[1] * SUN[1] + n[2] * SUN[2]);
}
