import { type Canvas, gradient } from './canvas.ts';
import { type Colour, colour, lit, mix } from './colour.ts';
import type { Perspective } from './perspective.ts';
import { seeded } from './random.ts';
import { wave } from './scene.ts';
import { box, drawSolid, patch } from './solid.ts';
import type { Lamp } from './traffic.ts';

const HAZE = colour('#cfd6d8');
const GLASS = colour('#4d6677');
const TRUNK = colour('#7a6248');
const FROND = colour('#4f7a3a');
const STEEL = colour('#5d6266');
const DARK = colour('#17181a');

export interface Building {
  readonly x: number;
  readonly z: number;
  readonly width: number;
  readonly depth: number;
  readonly height: number;
  readonly paint: Colour;
  readonly seed: number;
}

/** A block with rows of windows; far ones fade into the haze. */
export function drawBuilding(canvas: Canvas, view: Perspective, b: Building): void {
  const far = Math.min(0.75, Math.max(0, (b.z - 30) / 190));
  const wall = mix(b.paint, HAZE, far);
  const random = seeded(b.seed);
  const solid = box(b.x, b.z, [0, 1], { length: b.depth, width: b.width, from: 0, to: b.height });
  for (const side of drawSolid(canvas, view, solid, wall)) {
    const span = side.index === 1 || side.index === 3 ? b.depth : b.width;
    const columns = Math.max(2, Math.round(span / 3));
    const floors = Math.max(2, Math.round(b.height / 3.6));
    for (let floor = 1; floor < floors; floor++) {
      for (let column = 0; column < columns; column++) {
        const tone = lit(mix(GLASS, HAZE, far), side.light * (0.7 + random() * 0.7));
        const u = (column + 0.16) / columns;
        const v = (floor + 0.12) / floors;
        canvas.polygon(patch(view, side, u, u + 0.68 / columns, v, v + 0.62 / floors), tone);
      }
    }
    canvas.polygon(patch(view, side, 0.02, 0.98, 0, 0.75 / floors), lit(DARK, 1.5 + side.light), 0.75);
  }
}

export function drawPalm(canvas: Canvas, view: Perspective, x: number, z: number, height: number, t: number): void {
  const s = view.scale(z);
  const px = view.x(x, z);
  const foot = view.y(0, z);
  const sway = wave(t, 6, x * 3 + z) * 0.1 * s;
  const top = view.y(height, z);
  canvas.ellipse(px + 0.5 * s, foot, 1.3 * s, 0.22 * s, DARK, 0.3);
  for (let i = 0; i < 7; i++) {
    const a = i / 7;
    const b = (i + 1) / 7;
    canvas.stroke(
      px + sway * a * a,
      foot + (top - foot) * a,
      px + sway * b * b,
      foot + (top - foot) * b,
      (0.42 - 0.16 * a) * s,
      lit(TRUNK, i % 2 ? 0.85 : 1.05),
    );
  }
  for (let i = 0; i < 11; i++) {
    const a = (i / 11) * 2 * Math.PI + 0.3;
    const reach = (1.5 + 0.5 * Math.sin(i * 2.4)) * s;
    const flutter = wave(t, 14, i * 1.3 + x) * 0.09 * s;
    const ex = px + sway + Math.cos(a) * reach + flutter;
    const ey = top + (Math.sin(a) * 0.55 + 0.32) * reach * 0.8 + Math.abs(flutter);
    const mx = px + sway + Math.cos(a) * reach * 0.55;
    const my = top + Math.sin(a) * 0.3 * reach - 0.34 * s;
    const tone = lit(FROND, 0.75 + 0.45 * ((i * 7) % 5) * 0.25);
    canvas.polygon(
      [px + sway, top - 0.12 * s, mx, my - 0.16 * s, ex, ey, mx, my + 0.2 * s, px + sway, top + 0.14 * s],
      tone,
    );
  }
}

/** A mast with a lamp arm over the road; `reach` in metres, negative to the left. */
export function drawStreetLamp(canvas: Canvas, view: Perspective, x: number, z: number, reach: number): void {
  const s = view.scale(z);
  const px = view.x(x, z);
  const top = view.y(8.6, z);
  canvas.stroke(px, view.y(0, z), px, top, 0.2 * s, gradient(lit(STEEL, 1.3), STEEL, top, view.y(0, z)), 1, 0.11 * s);
  canvas.stroke(px, top, view.x(x + reach, z), top - 0.25 * s, 0.1 * s, STEEL);
  canvas.stroke(
    view.x(x + reach * 0.8, z),
    top - 0.16 * s,
    view.x(x + reach * 1.25, z),
    top - 0.26 * s,
    0.2 * s,
    lit(STEEL, 1.5),
  );
}

export function drawSignal(canvas: Canvas, view: Perspective, x: number, z: number, lamp: Lamp): void {
  const s = view.scale(z);
  const px = view.x(x, z);
  canvas.stroke(px, view.y(0, z), px, view.y(3.4, z), 0.16 * s, STEEL);
  const top = view.y(4.5, z);
  canvas.rect(px - 0.26 * s, top - 0.08 * s, 0.52 * s, 1.36 * s, DARK);
  const lamps: readonly [Lamp, string][] = [
    ['red', '#ff2d1f'],
    ['yellow', '#ffc21f'],
    ['green', '#2fe07a'],
  ];
  lamps.forEach(([name, hex], i) => {
    const on = name === lamp;
    const cy = top + (0.2 + 0.4 * i) * s;
    if (on) canvas.ellipse(px, cy, 0.42 * s, 0.42 * s, colour(hex), 0.28);
    canvas.ellipse(px, cy, 0.17 * s, 0.17 * s, on ? colour(hex) : lit(colour(hex), 0.22));
  });
}
