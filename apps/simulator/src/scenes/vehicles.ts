import type { Canvas } from './canvas.ts';
import { type Colour, colour, lit } from './colour.ts';
import type { Perspective } from './perspective.ts';
import { box, drawSolid, onSide, patch, type Side, type Solid } from './solid.ts';

export type VehicleKind = 'saloon' | 'suv' | 'taxi' | 'bus';

export interface VehicleAt {
  readonly kind: VehicleKind;
  readonly paint: Colour;
  /** Middle of the vehicle on the ground, metres. */
  readonly x: number;
  readonly z: number;
  /** Unit direction of travel. */
  readonly forward: readonly [number, number];
  readonly braking: boolean;
}

const GLASS = colour('#1c2731');
const SKY_IN_GLASS = colour('#7f97a8');
const TYRE = colour('#141416');
const RIM = colour('#8f9499');
const LAMP = colour('#fff6d8');
const TAIL = colour('#8f1512');
const BRAKE = colour('#ff3a24');
const SHADOW = colour('#0e0f12');
const ROOF_RED = colour('#b3201c');
const PLATE = colour('#f2f2ee');

const SIZE: Record<
  VehicleKind,
  { length: number; width: number; body: number; height: number; shift: number; cabin: number }
> = {
  saloon: { length: 4.6, width: 1.84, body: 0.92, height: 1.46, shift: -0.25, cabin: 2.5 },
  suv: { length: 4.9, width: 1.96, body: 1.12, height: 1.86, shift: -0.45, cabin: 3.4 },
  taxi: { length: 4.8, width: 1.84, body: 0.94, height: 1.48, shift: -0.2, cabin: 2.6 },
  bus: { length: 11.6, width: 2.55, body: 1.25, height: 3.15, shift: 0, cabin: 11.5 },
};

export function drawVehicle(canvas: Canvas, view: Perspective, v: VehicleAt): void {
  const size = SIZE[v.kind];
  if (v.z < view.focal / 400) return;
  drawShadow(canvas, view, v, size.length, size.width);
  const body = box(v.x, v.z, v.forward, {
    length: size.length,
    width: size.width,
    from: 0.28,
    to: size.body,
    taper: 0.04,
  });
  drawSolid(canvas, view, body, v.paint);
  const sides = sidesOf(canvas, view, body, v.paint);
  for (const side of sides) drawLower(canvas, view, v, side);
  const bus = v.kind === 'bus';
  const cabin = box(v.x, v.z, v.forward, {
    length: size.cabin,
    width: size.width - 0.08,
    from: size.body,
    to: size.height,
    shift: size.shift,
    taper: bus ? 0.03 : 0.17,
    lean: bus ? 0.05 : 0.52,
  });
  const roof = v.kind === 'taxi' ? ROOF_RED : v.paint;
  for (const side of drawSolid(canvas, view, cabin, roof)) drawWindows(canvas, view, v, side);
}

function drawShadow(canvas: Canvas, view: Perspective, v: VehicleAt, length: number, width: number): void {
  const shape = (grow: number) => {
    const [fx, fz] = v.forward;
    const l = length / 2 + grow;
    const w = width / 2 + grow;
    return view.polygon(
      [
        [l, w],
        [l, -w],
        [-l, -w],
        [-l, w],
      ].map(([a = 0, b = 0]) => [v.x + 0.25 + fx * a + fz * b, 0, v.z + 0.1 + fz * a - fx * b] as const),
    );
  };
  canvas.polygon(shape(0.28), SHADOW, 0.28);
  canvas.polygon(shape(0), SHADOW, 0.5);
}

function sidesOf(canvas: Canvas, view: Perspective, body: Solid, paint: Colour): Side[] {
  const sides = drawSolid(canvas, view, body, paint);
  for (const side of sides) canvas.polygon(patch(view, side, 0, 1, 0, 0.2), lit(paint, 0.35), 0.8);
  return sides;
}

/** Wheels, lamps and the number plate. */
function drawLower(canvas: Canvas, view: Perspective, v: VehicleAt, side: Side): void {
  const bus = v.kind === 'bus';
  if (side.index === 1 || side.index === 3) {
    const length = SIZE[v.kind].length;
    const radius = bus ? 0.48 : 0.34;
    const ends = bus ? [0.2, 0.76] : [0.2, 0.8];
    const height = SIZE[v.kind].body - 0.28;
    for (const u of ends) {
      for (const [r, paint] of [
        [radius, TYRE],
        [radius * 0.58, RIM],
      ] as const) {
        const ring = Array.from({ length: 14 }, (_, i) => {
          const a = (i / 14) * 2 * Math.PI;
          return onSide(side, u + (r * Math.cos(a)) / length, (radius - 0.28 + r * Math.sin(a)) / height);
        });
        canvas.polygon(view.polygon(ring), paint);
      }
    }
    canvas.polygon(patch(view, side, 0.03, 0.97, 0.72, 0.76), lit(v.paint, 0.62), 0.8);
    if (bus) canvas.polygon(patch(view, side, 0, 1, 0.5, 0.72), colour('#c8102e'), 0.9);
    return;
  }
  const front = side.index === 0;
  const lamp = front ? LAMP : v.braking ? BRAKE : TAIL;
  canvas.polygon(patch(view, side, 0.05, 0.25, 0.52, 0.8), lamp);
  canvas.polygon(patch(view, side, 0.75, 0.95, 0.52, 0.8), lamp);
  canvas.polygon(patch(view, side, 0.38, 0.62, 0.3, 0.48), PLATE);
  if (front) canvas.polygon(patch(view, side, 0.3, 0.7, 0.55, 0.78), TYRE, 0.85);
}

function drawWindows(canvas: Canvas, view: Perspective, v: VehicleAt, side: Side): void {
  const lengthwise = side.index === 1 || side.index === 3;
  const bus = v.kind === 'bus';
  const panes = lengthwise ? (bus ? 7 : 2) : 1;
  const edge = lengthwise ? 0.04 : 0.06;
  const low = bus ? 0.2 : 0.08;
  for (let i = 0; i < panes; i++) {
    const u0 = edge + ((1 - 2 * edge) * i) / panes + 0.008;
    const u1 = edge + ((1 - 2 * edge) * (i + 1)) / panes - 0.008;
    canvas.polygon(patch(view, side, u0, u1, low, 0.88), GLASS);
    canvas.polygon(patch(view, side, u0, u0 + (u1 - u0) * 0.45, 0.5, 0.88), SKY_IN_GLASS, 0.5);
  }
  if (bus && !lengthwise && side.index === 0)
    canvas.polygon(patch(view, side, 0.2, 0.8, 0.88, 0.98), colour('#ffb627'));
}
