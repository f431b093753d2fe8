import { type Canvas, gradient } from './canvas.ts';
import { colour, lit, mix } from './colour.ts';
import { addGrain } from './grain.ts';
import { drawPerson, type Person, person } from './people.ts';
import { Perspective } from './perspective.ts';
import { lives, type Scene } from './scene.ts';
import { skyline } from './skyline.ts';
import { drawBuilding, drawPalm, drawSignal, drawStreetLamp } from './street.ts';
import { crossLamp, mainLamp, vehiclesAt } from './traffic.ts';
import { drawVehicle } from './vehicles.ts';

const VIEW = new Perspective({ focal: 830, height: 7.5, centre: 640, horizon: 158 });
const ASPHALT = colour('#55575a');
const FAR_ASPHALT = colour('#8d9192');
const PAVING = colour('#a79c8b');
const KERB = colour('#cbc6ba');
const LINE = colour('#e6e5df');
const SAND = colour('#b9a98a');
const HEDGE = colour('#456b39');
const ROAD = 7.6;
const CROSS: readonly [number, number] = [20, 34.2];

const BUILDINGS = [
  [-46, 150, 26, 30, 62, '#b8a58c'],
  [-30, 105, 16, 26, 40, '#9fa9ad'],
  [36, 140, 30, 26, 74, '#a7b3ba'],
  [30, 96, 15, 24, 33, '#c2b193'],
  [-29, 66, 18, 26, 24, '#c9bfae'],
  [31, 62, 20, 26, 29, '#8f9ca4'],
  [-24, 45, 14, 15, 11, '#bfae90'],
  [25, 44.5, 13, 14, 13.5, '#a99c8b'],
] as const;

interface Walker {
  readonly who: Person;
  /** Start and end in metres on the ground, and the seconds it walks between them. */
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly leaves: number;
  readonly arrives: number;
}

const CROSSING: readonly Walker[] = [
  [3, -9.2, 16.2, 9.2, 16.6, 9.9, 20.2],
  [8, -9.6, 17.4, 9.4, 17.2, 10.4, 20.6],
  [12, 9.4, 15.6, -9.4, 15.9, 9.8, 20.4],
  [21, 9.8, 17.9, -9.6, 17.6, 10.9, 21],
  [34, 9.2, 16.7, -9.2, 16.8, 11.4, 21.4],
].map(([seed = 0, x0 = 0, z0 = 0, x1 = 0, z1 = 0, leaves = 0, arrives = 0]) => ({
  who: person(seed),
  from: [x0, z0],
  to: [x1, z1],
  leaves,
  arrives,
}));

const STROLLING: readonly Walker[] = [
  [5, -10.4, 8, -10.8, 92, 0, 60],
  [9, 10.2, 92, 10.7, 8, 5, 65],
  [15, -9.4, 90, -9.6, 8, 12, 72],
  [18, 9.3, 8, 9.5, 88, 14, 74],
].map(([seed = 0, x0 = 0, z0 = 0, x1 = 0, z1 = 0, leaves = 0, arrives = 0]) => ({
  who: person(seed),
  from: [x0, z0],
  to: [x1, z1],
  leaves,
  arrives,
}));

/** A signalled crossing of a dual carriageway, seen from a mast. */
export const junction: Scene = { name: 'junction', background, foreground };

function background(canvas: Canvas): void {
  const { horizon } = VIEW;
  canvas.rect(0, 0, canvas.width, horizon + 2, gradient(colour('#5f93c4'), colour('#dfe3df'), 0, horizon));
  skyline(canvas, horizon);
  canvas.rect(
    0,
    horizon,
    canvas.width,
    canvas.height - horizon,
    gradient(mix(SAND, FAR_ASPHALT, 0.6), SAND, horizon, horizon + 120),
  );
  const road = gradient(FAR_ASPHALT, ASPHALT, horizon, horizon + 170);
  for (const side of [-1, 1]) {
    canvas.polygon(
      VIEW.ground(side * ROAD, side * 12.6, 5, 400),
      gradient(mix(PAVING, FAR_ASPHALT, 0.6), PAVING, horizon, horizon + 150),
    );
    canvas.polygon(VIEW.ground(side * (ROAD - 0.1), side * (ROAD + 0.25), 5, 400), lit(KERB, 1));
  }
  canvas.polygon(VIEW.ground(-ROAD, ROAD, 5, 600), road);
  canvas.polygon(VIEW.ground(-90, 90, CROSS[0], CROSS[1]), ASPHALT);
  paving(canvas);
  markings(canvas);
  addGrain(canvas, 0, Math.round(horizon), canvas.width, canvas.height, 7, 41);
  for (const [x, z, width, depth, height, hex] of BUILDINGS) {
    drawBuilding(canvas, VIEW, { x, z, width, depth, height, paint: colour(hex), seed: Math.round(z * 13 + x) });
  }
  hedges(canvas);
}

function paving(canvas: Canvas): void {
  for (const side of [-1, 1]) {
    for (let z = 6; z < 60; z += 1.5) {
      if (z > CROSS[0] - 1.6 && z < CROSS[1]) continue;
      canvas.polygon(VIEW.ground(side * 7.9, side * 12.6, z, z + 0.07), lit(PAVING, 0.78), 0.7);
    }
    for (let x = 8.9; x < 12.6; x += 1.2) {
      canvas.polygon(VIEW.ground(side * x, side * (x + 0.06), 5, CROSS[0]), lit(PAVING, 0.8), 0.6);
      canvas.polygon(VIEW.ground(side * x, side * (x + 0.06), CROSS[1], 90), lit(PAVING, 0.8), 0.6);
    }
  }
}

function markings(canvas: Canvas): void {
  for (const x of [-4, 4]) {
    for (let z = 6; z < 150; z += 6) {
      if (z > 11 && z < 42) continue;
      canvas.polygon(VIEW.ground(x - 0.07, x + 0.07, z, z + 3), LINE, 0.9);
    }
  }
  for (const side of [-1, 1]) {
    for (const [z0, z1] of [
      [5, 14],
      [40.5, 200],
    ] as const) {
      canvas.polygon(VIEW.ground(side * 7.2, side * 7.32, z0, z1), LINE, 0.8);
      canvas.polygon(VIEW.ground(side * 0.55, side * 0.67, z0, z1), LINE, 0.85);
    }
    for (const z of [23.8, 30.3]) {
      for (let x = 10; x < 80; x += 5)
        canvas.polygon(VIEW.ground(side * x, side * (x + 2.4), z - 0.07, z + 0.07), LINE, 0.85);
    }
    canvas.polygon(VIEW.ground(side * 9, side * 90, 27, 27.25), colour('#d9b23a'), 0.85);
  }
  for (const [z0, z1] of [
    [15, 18.6],
    [36, 39.2],
  ] as const) {
    for (let x = -7; x < 7; x += 1.1) canvas.polygon(VIEW.ground(x, x + 0.58, z0, z1), LINE, 0.92);
  }
  canvas.polygon(VIEW.ground(-7.2, -0.5, 40.3, 40.8), LINE, 0.95);
  canvas.polygon(VIEW.ground(0.5, 7.2, 13.6, 14), LINE, 0.95);
  for (const [x, z] of [
    [-2.3, 48],
    [-5.7, 48],
  ] as const) {
    canvas.polygon(
      VIEW.polygon([
        [x - 0.1, 0, z + 4],
        [x + 0.1, 0, z + 4],
        [x + 0.1, 0, z + 1.6],
        [x + 0.5, 0, z + 1.6],
        [x, 0, z],
        [x - 0.5, 0, z + 1.6],
        [x - 0.1, 0, z + 1.6],
      ]),
      LINE,
      0.9,
    );
  }
}

function hedges(canvas: Canvas): void {
  for (const [z0, z1] of [
    [44, 150],
    [5, 13],
  ] as const) {
    canvas.polygon(VIEW.ground(-0.5, 0.5, z0, z1), KERB);
    canvas.polygon(
      VIEW.polygon([
        [-0.35, 0.15, z0],
        [0.35, 0.15, z0],
        [0.35, 0.75, z0],
        [-0.35, 0.75, z0],
      ]),
      lit(HEDGE, 0.7),
    );
    canvas.polygon(VIEW.ground(-0.35, 0.35, z0, z1, 0.75), HEDGE);
  }
}

function foreground(canvas: Canvas, t: number): void {
  const things: { z: number; draw: () => void }[] = [];
  for (const v of vehiclesAt(t)) things.push({ z: v.z, draw: () => drawVehicle(canvas, VIEW, v) });
  for (const walker of [...CROSSING, ...STROLLING]) {
    for (const time of lives(t, 0, 3)) walk(canvas, walker, time, things);
  }
  for (const z of [38.5, 47, 62, 80]) {
    for (const x of [-11.6, 11.6]) things.push({ z, draw: () => drawPalm(canvas, VIEW, x, z, 5.2, t) });
  }
  for (const z of [41, 70, 105]) {
    things.push({ z, draw: () => drawStreetLamp(canvas, VIEW, 8.3, z, -2.4) });
    things.push({ z, draw: () => drawStreetLamp(canvas, VIEW, -8.3, z, 2.4) });
  }
  things.push({ z: 39.6, draw: () => drawSignal(canvas, VIEW, -8.1, 39.6, mainLamp(t)) });
  things.push({ z: 35.2, draw: () => drawSignal(canvas, VIEW, 8.4, 35.2, mainLamp(t)) });
  things.push({ z: 19.4, draw: () => drawSignal(canvas, VIEW, -8.8, 19.4, crossLamp(t)) });
  for (const thing of things.sort((a, b) => b.z - a.z)) thing.draw();
}

function walk(canvas: Canvas, walker: Walker, time: number, things: { z: number; draw: () => void }[]): void {
  const share = (time - walker.leaves) / (walker.arrives - walker.leaves);
  if (share < 0 || share >= 1) return;
  const x = walker.from[0] + (walker.to[0] - walker.from[0]) * share;
  const z = walker.from[1] + (walker.to[1] - walker.from[1]) * share;
  const across = Math.abs(walker.to[0] - walker.from[0]) > 3;
  const facing = across ? Math.sign(walker.to[0] - walker.from[0]) : 0;
  const draw = () =>
    drawPerson(canvas, walker.who, {
      x: VIEW.x(x, z),
      y: VIEW.y(0, z),
      scale: VIEW.scale(z),
      stride: (time - walker.leaves) * 0.95,
      gait: 1,
      facing,
    });
  things.push({ z, draw });
}
