import { type Canvas, gradient } from './canvas.ts';
import { colour, lit } from './colour.ts';
import type { Perspective, Point } from './perspective.ts';

const BODY = colour('#dfe5ea');
const BLUE = colour('#1f6fb5');
const GLASS = colour('#22313d');
const CABIN_LIGHT = colour('#f3e6b8');
const DARK = colour('#15181b');
const LAMP = colour('#fffbe6');
const LENGTH = 84;
const CAR = 14;
/** Side of the train that faces the platform, roof and floor in metres. */
const SIDE = -2.3;
const OUTER = -5.2;
const ROOF = 3.3;
const FLOOR = -0.15;
/** Middle of each door, from the nose. */
export const DOORS = Array.from({ length: LENGTH / CAR }, (_, car) => [3.6, 10.4].map((at) => car * CAR + at)).flat();

export interface TrainAt {
  /** Distance of the nose from the camera; negative once it has passed. */
  readonly nose: number;
  /** 0 closed, 1 open. */
  readonly doors: number;
}

export function drawTrain(canvas: Canvas, view: Perspective, train: TrainAt): void {
  const near = Math.max(1, train.nose);
  const far = train.nose + LENGTH;
  if (far < 1.2 || near > 150) return;
  wall(canvas, view, near, far, FLOOR, ROOF, gradient(lit(BODY, 1.02), lit(BODY, 0.7), 120, 520));
  wall(canvas, view, near, far, FLOOR, 0.35, lit(BLUE, 0.85));
  wall(canvas, view, near, far, 2.95, 3.05, BLUE);
  roof(canvas, view, near, far);
  for (let car = 0; car < LENGTH / CAR; car++) {
    const start = train.nose + car * CAR;
    wall(canvas, view, start + 0.02, start + 0.12, FLOOR, ROOF, DARK, near);
    for (const [from, to] of [
      [0.9, 2.6],
      [4.7, 6.8],
      [7.1, 9.3],
      [11.5, 13.3],
    ] as const) {
      wall(canvas, view, start + from, start + to, 1.2, 2.45, GLASS, near);
      wall(canvas, view, start + from + 0.1, start + to - 0.1, 1.75, 2.4, CABIN_LIGHT, near, 0.5);
      wall(canvas, view, start + from + 0.5, start + from + 0.95, 1.2, 1.9, DARK, near, 0.75);
    }
  }
  for (const door of DOORS) {
    const at = train.nose + door;
    wall(canvas, view, at - 0.75, at + 0.75, FLOOR, 2.6, lit(BODY, 0.82), near);
    const open = 0.62 * train.doors;
    if (open > 0.02) wall(canvas, view, at - open, at + open, FLOOR, 2.5, lit(CABIN_LIGHT, 0.8), near);
    for (const side of [-1, 1]) {
      const edge = at + side * (open + 0.32);
      wall(canvas, view, edge - 0.22, edge + 0.22, 1, 2.3, GLASS, near);
    }
    if (train.doors > 0.02) wall(canvas, view, at - 0.5, at + 0.5, 2.66, 2.78, colour('#ff9a2e'), near);
  }
  if (train.nose > 1.3) face(canvas, view, train.nose);
}

/** A rectangle on the side of the train, cut at `near`. */
function wall(
  canvas: Canvas,
  view: Perspective,
  z0: number,
  z1: number,
  y0: number,
  y1: number,
  fill: Parameters<Canvas['polygon']>[1],
  near = 1,
  alpha = 1,
): void {
  const from = Math.max(z0, near);
  if (z1 <= from || from > 150) return;
  canvas.polygon(
    view.polygon([
      [SIDE, y0, from],
      [SIDE, y0, z1],
      [SIDE, y1, z1],
      [SIDE, y1, from],
    ]),
    fill,
    alpha,
  );
}

function roof(canvas: Canvas, view: Perspective, near: number, far: number): void {
  canvas.polygon(
    view.polygon([
      [SIDE, ROOF, near],
      [SIDE, ROOF, far],
      [SIDE - 0.5, ROOF + 0.3, far],
      [SIDE - 0.5, ROOF + 0.3, near],
    ]),
    lit(BODY, 0.8),
  );
}

function face(canvas: Canvas, view: Perspective, z: number): void {
  const quad = (x0: number, x1: number, y0: number, y1: number): number[] => {
    const points: Point[] = [
      [x0, y0, z],
      [x1, y0, z],
      [x1, y1, z],
      [x0, y1, z],
    ];
    return view.polygon(points);
  };
  canvas.polygon(
    view.polygon([
      [OUTER, FLOOR, z],
      [SIDE, FLOOR, z],
      [SIDE, ROOF - 0.3, z],
      [SIDE - 0.5, ROOF + 0.2, z],
      [OUTER + 0.5, ROOF + 0.2, z],
      [OUTER, ROOF - 0.3, z],
    ]),
    lit(BODY, 0.95),
  );
  canvas.polygon(quad(OUTER, SIDE, FLOOR, 0.5), BLUE);
  canvas.polygon(quad(OUTER + 0.25, SIDE - 0.25, 1.1, 2.75), GLASS);
  canvas.polygon(quad(OUTER + 0.4, SIDE - 1.6, 1.9, 2.65), colour('#5d7486'), 0.6);
  canvas.polygon(quad(OUTER + 0.7, SIDE - 0.7, 2.8, 3.1), colour('#2a2417'));
  canvas.polygon(quad(OUTER + 0.9, SIDE - 0.9, 2.86, 3.04), colour('#ffb02e'));
  const s = view.scale(z);
  for (const x of [OUTER + 0.5, SIDE - 0.5]) {
    canvas.ellipse(view.x(x, z), view.y(0.78, z), 0.45 * s, 0.45 * s, LAMP, 0.25);
    canvas.ellipse(view.x(x, z), view.y(0.78, z), 0.17 * s, 0.17 * s, LAMP);
  }
}
