import { drawText } from '../band/font.ts';
import { type Canvas, gradient } from './canvas.ts';
import { colour, lit, mix } from './colour.ts';
import { addGrain } from './grain.ts';
import { drawPerson, type Person, person } from './people.ts';
import { Perspective } from './perspective.ts';
import { ease, LOOP_SECONDS, lives, type Scene, wave } from './scene.ts';
import { box, drawSolid } from './solid.ts';
import { DOORS, drawTrain, type TrainAt } from './train.ts';

const VIEW = new Perspective({ focal: 760, height: 3.4, centre: 520, horizon: 205 });
const FLOOR = colour('#b9b6ae');
const FAR = colour('#8f959a');
const WALL = colour('#cfd4d6');
const TACTILE = colour('#e0b52e');
const PIT = colour('#34373a');
const CEILING = colour('#6f767c');
const LIGHT = colour('#fdfdf4');
const BLUE = colour('#14578f');
const DARK = colour('#1b1e21');
const TOP = 4.6;
const RIGHT = 6.4;

/** A metro platform: a train comes in, opens its doors and leaves. */
export const platform: Scene = { name: 'platform', background, foreground };

const ARRIVES = 6.5;
const DEPARTS = 13.2;
const HALT = 5.2;

function trainAt(t: number): TrainAt {
  if (t < ARRIVES) {
    const left = ARRIVES - t;
    return { nose: HALT + 2.9 * left * left, doors: 0 };
  }
  const doors = ease((t - ARRIVES - 0.6) / 0.8) * (1 - ease((t - DEPARTS + 1.4) / 0.8));
  const gone = Math.max(0, t - DEPARTS);
  return { nose: HALT - 1.9 * gone * gone, doors };
}

function background(canvas: Canvas): void {
  const { horizon } = VIEW;
  canvas.rect(0, 0, canvas.width, canvas.height, gradient(CEILING, FAR, 0, horizon));
  canvas.polygon(
    VIEW.ground(-14, RIGHT, 1, 200, TOP),
    gradient(lit(CEILING, 0.85), mix(CEILING, FAR, 0.7), 0, horizon),
  );
  for (const x of [-4.4, 0.4, 4.4]) canvas.polygon(VIEW.ground(x, x + 0.42, 1, 160, TOP - 0.02), LIGHT, 0.95);
  for (let z = 4; z < 120; z += 4)
    canvas.polygon(VIEW.ground(-14, RIGHT, z, z + 0.16, TOP - 0.03), lit(CEILING, 0.62), 0.7);
  sideWall(canvas, RIGHT, 0, TOP, gradient(lit(WALL, 1), lit(WALL, 0.78), 80, 600));
  sideWall(canvas, RIGHT, 0, 0.35, lit(WALL, 0.5));
  posters(canvas);
  trackSide(canvas);
  canvas.polygon(VIEW.ground(-2, RIGHT, 1, 200), gradient(mix(FLOOR, FAR, 0.6), FLOOR, horizon, horizon + 220));
  for (let z = 2; z < 60; z += 1.2) canvas.polygon(VIEW.ground(-2, RIGHT, z, z + 0.035), lit(FLOOR, 0.78), 0.6);
  for (let x = -0.8; x < RIGHT; x += 1.2) canvas.polygon(VIEW.ground(x, x + 0.03, 1, 90), lit(FLOOR, 0.8), 0.55);
  canvas.polygon(VIEW.ground(0.3, 0.9, 1, 120), LIGHT, 0.16);
  canvas.polygon(VIEW.ground(-1.55, -1.05, 1, 160), TACTILE);
  canvas.polygon(VIEW.ground(-2, -1.86, 1, 160), LIGHT);
  canvas.polygon(
    VIEW.polygon([
      [-2, 0, 1],
      [-2, 0, 200],
      [-2, -0.25, 200],
      [-2, -0.25, 1],
    ]),
    lit(FLOOR, 0.5),
  );
  addGrain(canvas, 0, 0, canvas.width, canvas.height, 5, 7);
}

function sideWall(
  canvas: Canvas,
  x: number,
  y0: number,
  y1: number,
  fill: Parameters<Canvas['polygon']>[1],
  z0 = 1,
  z1 = 200,
) {
  canvas.polygon(
    VIEW.polygon([
      [x, y0, z0],
      [x, y0, z1],
      [x, y1, z1],
      [x, y1, z0],
    ]),
    fill,
  );
}

function posters(canvas: Canvas): void {
  const inks = ['#2f7f8f', '#c0502e', '#3f5aa8', '#a8892f', '#5b7f3a'].map(colour);
  for (let i = 0; i < 9; i++) {
    const z = 7 + i * 7;
    const ink = inks[i % inks.length] ?? BLUE;
    sideWall(canvas, RIGHT - 0.02, 0.9, 2.9, DARK, z, z + 3.2);
    sideWall(canvas, RIGHT - 0.03, 1, 2.8, ink, z + 0.1, z + 3.1);
    sideWall(canvas, RIGHT - 0.04, 1.9, 2.6, lit(ink, 1.5), z + 0.4, z + 2.6);
    sideWall(canvas, RIGHT - 0.04, 1.2, 1.35, LIGHT, z + 0.4, z + 2);
  }
}

function trackSide(canvas: Canvas): void {
  sideWall(canvas, -8.5, -1.2, TOP, gradient(lit(WALL, 0.62), lit(WALL, 0.4), 60, 500));
  for (let z = 3; z < 120; z += 5) sideWall(canvas, -8.48, -1.2, TOP, lit(WALL, 0.36), z, z + 0.5);
  sideWall(canvas, -8.47, 1.9, 2.5, BLUE);
  canvas.polygon(VIEW.ground(-8.5, -2, 1, 200, -1.15), gradient(lit(PIT, 1.3), PIT, 205, 560));
  for (let z = 2; z < 80; z += 0.75) canvas.polygon(VIEW.ground(-5.7, -2.9, z, z + 0.25, -1.13), lit(PIT, 1.5), 0.8);
  for (const x of [-5.1, -3.5]) canvas.polygon(VIEW.ground(x, x + 0.12, 1, 200, -1.05), colour('#a5a9ad'));
}

interface Traveller {
  readonly who: Person;
  readonly z: number;
  readonly x: number;
  readonly door: number;
  readonly comes: number;
}

const PLACES = DOORS.map((door) => HALT + door);
const WAITING: readonly Traveller[] = [
  [2, 0.3, 8.4, 0, 14.2],
  [6, -0.4, 10.2, 0, 15.4],
  [11, 0.8, 14.8, 1, 14],
  [17, -0.2, 16.3, 1, 16.6],
  [23, 0.5, 21, 2, 14.8],
  [29, -0.5, 24.6, 2, 15.8],
  [31, 0.4, 30, 3, 14.4],
  [37, 0.9, 40, 4, 15],
].map(([seed = 0, x = 0, z = 0, door = 0, comes = 0]) => ({ who: person(seed), x, z, door: PLACES[door] ?? 9, comes }));

const ALIGHTING: readonly Traveller[] = [
  [41, 5.6, 4.6, 0, 8.3],
  [44, 5.4, 7, 0, 9.1],
  [52, 5.8, 19, 1, 8.5],
  [57, 5.2, 12, 1, 9.6],
  [61, 5.6, 30, 3, 8.7],
].map(([seed = 0, x = 0, z = 0, door = 0, comes = 0]) => ({ who: person(seed), x, z, door: PLACES[door] ?? 9, comes }));

const PASSING = [
  { who: person(71), x: 2.6, from: 70, to: 1.2, leaves: 0, arrives: 55 },
  { who: person(76), x: 3.3, from: 1.2, to: 70, leaves: 8, arrives: 64 },
] as const;

function foreground(canvas: Canvas, t: number): void {
  drawTrain(canvas, VIEW, trainAt(t));
  const things: { z: number; draw: () => void }[] = [];
  const put = (who: Person, x: number, z: number, time: number, gait: number, facing: number) => {
    if (z < 1.5) return;
    const draw = () => {
      const lean = (1 - gait) * wave(t, 3, x * 5 + z) * 0.02;
      drawPerson(canvas, who, {
        x: VIEW.x(x + lean, z),
        y: VIEW.y(0, z),
        scale: VIEW.scale(z),
        stride: time * 0.95,
        gait,
        facing,
      });
    };
    things.push({ z, draw });
  };
  for (const one of WAITING) waiting(one, t, put);
  for (const one of ALIGHTING) alighting(one, t, put);
  for (const one of PASSING) {
    for (const time of lives(t, 0, 3)) {
      const share = (time - one.leaves) / (one.arrives - one.leaves);
      if (share >= 0 && share < 1) put(one.who, one.x, one.from + (one.to - one.from) * share, time, 1, 0);
    }
  }
  for (let z = 6; z < 80; z += 9) things.push({ z: z + 0.4, draw: () => column(canvas, z) });
  things.push({ z: 11.5, draw: () => board(canvas, t) });
  for (const thing of things.sort((a, b) => b.z - a.z)) thing.draw();
}

type Put = (who: Person, x: number, z: number, time: number, gait: number, facing: number) => void;

/** Comes from the exit, waits, and boards when the doors are open. */
function waiting(one: Traveller, t: number, put: Put): void {
  const time = t < one.comes ? t + LOOP_SECONDS : t;
  const walkIn = 4.2;
  const boards = LOOP_SECONDS + 9.2 + (one.z % 1) * 1.2;
  if (time < one.comes + walkIn) {
    const share = (time - one.comes) / walkIn;
    put(one.who, 5.9 + (one.x - 5.9) * share, one.z + 2.2 * (1 - share), time, 1, -1);
  } else if (time < boards) put(one.who, one.x, one.z, one.z, 0, -1);
  else {
    const share = (time - boards) / 2.2;
    if (share < 1) put(one.who, one.x + (-2.25 - one.x) * share, one.z + (one.door - one.z) * share, time, 1, -1);
  }
}

/** Steps out of a door and walks to the exit. */
function alighting(one: Traveller, t: number, put: Put): void {
  const share = (t - one.comes) / 6.4;
  if (share < 0 || share >= 1) return;
  put(one.who, -2.2 + (one.x + 2.2) * share, one.door + (one.z - one.door) * ease(share), t, 1, 1);
}

function column(canvas: Canvas, z: number): void {
  drawSolid(canvas, VIEW, box(4.7, z, [0, 1], { length: 0.8, width: 0.7, from: 0, to: TOP }), colour('#dfe2e1'));
  drawSolid(canvas, VIEW, box(4.7, z, [0, 1], { length: 0.84, width: 0.74, from: 0, to: 0.3 }), colour('#5c6165'));
  drawSolid(canvas, VIEW, box(4.7, z, [0, 1], { length: 0.82, width: 0.72, from: 2.1, to: 2.4 }), BLUE);
}

function board(canvas: Canvas, t: number): void {
  const z = 11.5;
  const s = VIEW.scale(z);
  const x = VIEW.x(0.2, z);
  const y = VIEW.y(4.05, z);
  for (const dx of [0.3, 2.9]) canvas.stroke(x + dx * s, VIEW.y(TOP, z), x + dx * s, y, 0.05 * s, DARK);
  canvas.rect(x, y, 3.2 * s, 0.86 * s, DARK);
  const wait = Math.ceil((ARRIVES - t + LOOP_SECONDS) % LOOP_SECONDS);
  const standing = t >= ARRIVES && t < DEPARTS;
  drawText(canvas, 'RED LINE', x + 0.12 * s, y + 0.02 * s, s * 0.0128, colour('#ff6a5a'));
  const text = standing ? 'DOORS OPEN' : `TRAIN 0:${String(wait).padStart(2, '0')}`;
  drawText(canvas, text, x + 0.12 * s, y + 0.42 * s, s * 0.0128, colour('#ffb02e'));
}
