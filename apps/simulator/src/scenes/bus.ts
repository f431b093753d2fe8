import { drawText } from '../band/font.ts';
import { Canvas, gradient } from './canvas.ts';
import { colour, lit } from './colour.ts';
import { drawBust, drawPerson, person } from './people.ts';
import { Perspective, type Point } from './perspective.ts';
import { SCENE_HEIGHT, SCENE_WIDTH, type Scene, wave } from './scene.ts';
import { drawScenery } from './scenery.ts';
import { box, drawSolid } from './solid.ts';

const STEADY = { focal: 640, height: 1.64, centre: 640, horizon: 262 };
const FRONT = 7.2;
const HALF = 1.25;
const TOP = 2.3;
const SILL = 0.9;
const HEAD = 1.98;
const WALL = colour('#c9ccd0');
const TRIM = colour('#5a6168');
const FLOOR = colour('#6a6e74');
const SEAT = colour('#24508f');
const SEAT_EDGE = colour('#16335e');
const RAIL = colour('#f0b323');
const DARK = colour('#191c20');
const LIGHT = colour('#fbfaf0');

const ROWS = [6.1, 5.25, 4.4, 3.55, 2.7, 1.85];
/** Window posts along the wall. */
const POSTS = [0.4, 1.75, 3.1, 4.45, 5.8, FRONT];
/** Row, side, seat (0 at the aisle, 1 at the window) and who sits there. */
const SITTING = [
  [0, 1, 1, 4],
  [0, 1, 0, 13],
  [1, -1, 1, 27],
  [1, 1, 0, 19],
  [2, -1, 0, 6],
  [2, 1, 1, 33],
  [3, -1, 1, 45],
  [3, -1, 0, 8],
  [4, 1, 1, 51],
  [4, -1, 0, 58],
  [5, 1, 0, 63],
] as const;
const STANDING = [
  [5.9, 0.14, 12, 1],
  [4.9, -0.13, 22, -1],
] as const;

/** The inside of a city bus, looking forward over the seats to the driver and the road. */
export const busInterior: Scene = { name: 'bus', background: () => {}, foreground };

/** The city that goes by, in half the size: it is out of focus. */
const outside = new Canvas(SCENE_WIDTH / 2, SCENE_HEIGHT / 2);

function foreground(canvas: Canvas, t: number): void {
  // The camera shakes with the bus: the inside moves a little, the city outside hardly.
  const shake = wave(t, 34) * 0.7 + wave(t, 13, 1) * 0.9;
  const view = new Perspective({
    ...STEADY,
    centre: STEADY.centre + wave(t, 7) * 1.6,
    horizon: STEADY.horizon + shake,
  });
  const { focal, height, centre, horizon } = view;
  drawScenery(
    outside,
    new Perspective({ focal: focal / 2, height, centre: centre / 2, horizon: horizon / 2 }),
    1.05,
    t,
  );
  canvas.enlarge(outside);
  drawShell(canvas, view);
  drawFront(canvas, view, t);
  for (const [row, z] of ROWS.entries()) {
    for (const [at, x, who, facing] of STANDING) {
      if (at <= (ROWS[row - 1] ?? 99) && at > z) standing(canvas, view, t, at, x, who, facing);
    }
    for (const side of [-1, 1]) {
      for (const [of, sideOf, seat, who] of SITTING) {
        if (of !== row || sideOf !== side) continue;
        const x = side * (0.5 + seat * 0.43) + wave(t, 5, who) * 0.018 + wave(t, 11, who * 2) * 0.006;
        const y = 1.16 + wave(t, 9, who) * 0.008;
        drawBust(canvas, person(who), view.x(x, z + 0.12), view.y(y, z + 0.12), view.scale(z + 0.12), true);
      }
      bench(canvas, view, side, z);
    }
  }
  drawRails(canvas, view, t);
}

function quad(view: Perspective, a: Point, b: Point, c: Point, d: Point): number[] {
  return view.polygon([a, b, c, d]);
}

/** Floor, ceiling and the walls around the windows. */
function drawShell(canvas: Canvas, view: Perspective): void {
  canvas.polygon(view.ground(-HALF, HALF, 0.4, FRONT), gradient(lit(FLOOR, 0.75), FLOOR, 380, 640));
  canvas.polygon(view.ground(-0.3, 0.3, 0.4, FRONT), gradient(lit(FLOOR, 1), lit(FLOOR, 1.3), 380, 640));
  canvas.polygon(view.ground(-HALF, HALF, 0.4, FRONT, TOP), gradient(lit(WALL, 1.05), lit(WALL, 0.8), 0, 200));
  for (const x of [-0.75, 0.6]) canvas.polygon(view.ground(x, x + 0.15, 0.4, FRONT, TOP - 0.01), LIGHT);
  for (const side of [-1, 1]) {
    const x = side * HALF;
    canvas.polygon(
      quad(view, [x, 0, 0.4], [x, 0, FRONT], [x, SILL, FRONT], [x, SILL, 0.4]),
      gradient(WALL, lit(WALL, 0.6), 240, 600),
    );
    canvas.polygon(quad(view, [x, SILL - 0.06, 0.4], [x, SILL - 0.06, FRONT], [x, SILL, FRONT], [x, SILL, 0.4]), TRIM);
    canvas.polygon(quad(view, [x, HEAD, 0.4], [x, HEAD, FRONT], [x, TOP, FRONT], [x, TOP, 0.4]), lit(WALL, 0.86));
    for (const z of POSTS)
      canvas.polygon(
        quad(view, [x, SILL, z - 0.07], [x, SILL, z + 0.07], [x, HEAD, z + 0.07], [x, HEAD, z - 0.07]),
        DARK,
      );
    canvas.polygon(
      quad(
        view,
        [x * 0.86, TOP - 0.02, 0.4],
        [x * 0.86, TOP - 0.02, FRONT],
        [x, HEAD + 0.08, FRONT],
        [x, HEAD + 0.08, 0.4],
      ),
      lit(WALL, 1.1),
    );
  }
}

/** The windscreen's frame, the display above it, the driver and the steering wheel. */
function drawFront(canvas: Canvas, view: Perspective, t: number): void {
  const z = FRONT;
  const wall = (x0: number, x1: number, y0: number, y1: number, fill: Parameters<Canvas['polygon']>[1]) =>
    canvas.polygon(quad(view, [x0, y0, z], [x1, y0, z], [x1, y1, z], [x0, y1, z]), fill);
  wall(-HALF, HALF, 0, 0.78, lit(DARK, 1.4));
  wall(-HALF, HALF, 0.78, 0.86, TRIM);
  wall(-HALF, HALF, 1.9, TOP, lit(WALL, 0.7));
  wall(-HALF, -1.17, 0.8, 1.9, DARK);
  wall(1.17, HALF, 0.8, 1.9, DARK);
  wall(-0.03, 0.03, 0.86, 1.9, DARK);
  wall(-0.75, 0.75, 1.96, 2.2, DARK);
  const s = view.scale(z);
  drawText(canvas, 'NEXT STOP', view.x(-0.68, z), view.y(2.17, z), s * 0.0046, colour('#ffb02e'));
  const dx = wave(t, 4) * 0.03;
  const [x, y] = [view.x(-0.68 + dx * 0.3, z - 0.9), view.y(1.2, z - 0.9)];
  const scale = view.scale(z - 0.9);
  const turn = wave(t, 4) * 0.5;
  for (let i = 0; i < 12; i++) {
    const a = (i / 12) * 2 * Math.PI;
    const b = ((i + 1) / 12) * 2 * Math.PI;
    const ring = (angle: number) =>
      [x + Math.cos(angle) * 0.27 * scale, y + 0.3 * scale + Math.sin(angle) * 0.13 * scale] as const;
    canvas.stroke(...ring(a), ...ring(b), 0.035 * scale, DARK);
  }
  canvas.stroke(
    x - Math.cos(turn) * 0.26 * scale,
    y + 0.3 * scale - Math.sin(turn) * 0.12 * scale,
    x + Math.cos(turn) * 0.26 * scale,
    y + 0.3 * scale + Math.sin(turn) * 0.12 * scale,
    0.03 * scale,
    DARK,
  );
  drawBust(
    canvas,
    { ...person(2), dress: 'casual', top: colour('#dfe6ee'), hair: colour('#16181d') },
    x,
    y,
    scale,
    true,
  );
  drawSolid(canvas, view, box(-0.68, z - 1, [0, 1], { length: 0.12, width: 0.55, from: 0.4, to: 1.05 }), DARK);
  drawSolid(canvas, view, box(-0.18, z - 0.7, [0, 1], { length: 1, width: 0.05, from: 0.2, to: 1.1 }), TRIM);
}

function bench(canvas: Canvas, view: Perspective, side: number, z: number): void {
  for (const seat of [1, 0]) {
    const x = side * (0.5 + seat * 0.43);
    const back = box(x, z, [0, 1], { length: 0.1, width: 0.4, from: 0.4, to: 1.12, taper: 0.03 });
    drawSolid(canvas, view, back, SEAT);
    const s = view.scale(z - 0.05);
    const [px, top] = [view.x(x, z - 0.05), view.y(1.12, z - 0.05)];
    canvas.rect(px - 0.2 * s, top, 0.4 * s, 0.05 * s, SEAT_EDGE);
    for (let i = 0; i < 3; i++)
      canvas.rect(px - 0.14 * s + i * 0.11 * s, top + 0.12 * s, 0.05 * s, 0.42 * s, lit(SEAT, 1.35), 0.35);
  }
  const s = view.scale(z);
  const [gx, gy] = [view.x(side * 0.3, z), view.y(1.14, z)];
  canvas.stroke(gx, gy, gx, view.y(0.9, z), 0.04 * s, RAIL);
  canvas.stroke(gx, gy, view.x(side * 0.5, z), view.y(1.16, z), 0.04 * s, RAIL);
}

function standing(
  canvas: Canvas,
  view: Perspective,
  t: number,
  z: number,
  x: number,
  seed: number,
  facing: number,
): void {
  const s = view.scale(z);
  const sway = wave(t, 5, seed) * 0.035;
  const px = view.x(x + sway, z);
  const who = person(seed);
  drawPerson(canvas, who, { x: px, y: view.y(0, z), scale: s, stride: 0.02, gait: 0, facing });
  // One arm up to the rail.
  const cloth = who.dress === 'kandura' ? LIGHT : who.dress === 'abaya' ? DARK : who.top;
  const hand = view.x(facing * 0.32, z);
  canvas.stroke(
    px + facing * 0.17 * s,
    view.y(who.height * 0.79, z),
    hand,
    view.y(1.88, z),
    0.1 * s,
    lit(cloth, 0.85),
    1,
    0.07 * s,
  );
  canvas.ellipse(hand, view.y(1.9, z), 0.045 * s, 0.05 * s, who.skin);
}

function drawRails(canvas: Canvas, view: Perspective, t: number): void {
  for (const side of [-1, 1]) {
    const x = side * 0.34;
    canvas.stroke(view.x(x, FRONT - 0.8), view.y(1.95, FRONT - 0.8), view.x(x, 1), view.y(1.95, 1), 3, RAIL, 1, 15);
    for (const z of [5.82, 3.3])
      canvas.stroke(view.x(x, z), view.y(0, z), view.x(x, z), view.y(TOP, z), 0.045 * view.scale(z), RAIL);
    for (const z of [5, 4.2, 3.4, 2.6, 1.9]) {
      const s = view.scale(z);
      const [px, py] = [view.x(x, z), view.y(1.93, z)];
      const swing = wave(t, 8, z * 2) * 0.05 * s;
      canvas.stroke(px, py, px + swing, py + 0.16 * s, 0.018 * s, DARK);
      canvas.ellipse(px + swing, py + 0.21 * s, 0.055 * s, 0.06 * s, lit(WALL, 1.15));
      canvas.ellipse(px + swing, py + 0.215 * s, 0.032 * s, 0.036 * s, lit(TRIM, 0.8));
    }
  }
}
