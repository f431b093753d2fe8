import { type Canvas, gradient } from './canvas.ts';
import { type Colour, colour, lit, mix } from './colour.ts';
import { Perspective } from './perspective.ts';
import { LOOP_SECONDS, wave } from './scene.ts';
import { box, drawSolid, patch } from './solid.ts';
import { drawVehicle } from './vehicles.ts';

const HAZE = colour('#d5dbdc');
const WALLS = ['#c4ae8c', '#9aa5ac', '#b8997a', '#d3c8b4', '#8796a3', '#a9a08c', '#c9b9a0', '#7f8f9c'].map(colour);
const FROND = colour('#55803f');
const TRUNK = colour('#7d6549');
const ASPHALT = colour('#5b5d60');
const LINE = colour('#e8e6df');

/** Metres that go by in a loop; everything outside repeats after so many. */
const TRAVEL = 256;
const BLOCK = 32;

/** The city going by, as seen from inside a bus that drives at a steady speed. The road lies `drop` metres below. */
export function drawScenery(canvas: Canvas, inside: Perspective, drop: number, t: number): void {
  const view = new Perspective({
    focal: inside.focal,
    height: inside.height + drop,
    centre: inside.centre,
    horizon: inside.horizon,
  });
  const { horizon } = view;
  const gone = (t / LOOP_SECONDS) * TRAVEL;
  canvas.rect(0, 0, canvas.width, horizon + 1, gradient(colour('#6fa3cf'), HAZE, 0, horizon));
  canvas.rect(
    0,
    horizon,
    canvas.width,
    canvas.height - horizon,
    gradient(mix(colour('#b7a889'), HAZE, 0.5), colour('#b7a889'), horizon, horizon + 90),
  );
  canvas.polygon(view.ground(-7.5, 4.6, 1, 300), gradient(mix(ASPHALT, HAZE, 0.4), ASPHALT, horizon, horizon + 120));
  for (let i = 0; i < 40; i++) {
    const z = i * 8 - (gone % 8);
    if (z > 1) canvas.polygon(view.ground(-2.1, -1.95, z, z + 3.5), LINE, 0.9);
  }
  for (const x of [-7.2, 4.2]) canvas.polygon(view.ground(x, x + 0.16, 1, 250), LINE, 0.85);
  for (let i = 6; i >= 0; i--) {
    for (const side of [-1, 1]) building(canvas, view, side, i, gone);
  }
  for (let i = 9; i >= 0; i--) {
    const z = i * 16 + 16 - (gone % 16);
    for (const x of [-9.5, 6.6]) palm(canvas, view, x, z, t);
  }
  const ahead = 24 + 5 * wave(t, 2);
  drawVehicle(canvas, view, {
    kind: 'saloon',
    paint: colour('#d9dde0'),
    x: 0.2,
    z: ahead,
    forward: [0, 1],
    braking: wave(t, 2, 1.2) > 0.6,
  });
  const oncoming = 150 - ((t * 26) % 150);
  drawVehicle(canvas, view, {
    kind: 'suv',
    paint: colour('#29344a'),
    x: -4.9,
    z: oncoming,
    forward: [0, -1],
    braking: false,
  });
}

function building(canvas: Canvas, view: Perspective, side: number, index: number, gone: number): void {
  const passed = Math.floor(gone / BLOCK);
  const z = index * BLOCK + BLOCK / 2 - (gone - passed * BLOCK);
  if (z + 14 < 1.5) return;
  const kind = (((index + passed + (side > 0 ? 3 : 0)) % 8) + 8) % 8;
  const far = Math.min(0.7, Math.max(0, z / 260));
  const paint = mix(WALLS[kind] as Colour, HAZE, far);
  const height = 12 + ((kind * 7) % 5) * 7;
  const from = Math.max(1.4, z - 14);
  const solid = box(side * 20, (from + z + 13) / 2, [0, 1], { length: z + 13 - from, width: 14, from: 0, to: height });
  for (const face of drawSolid(canvas, view, solid, paint)) {
    const glass = lit(mix(colour('#4c6273'), HAZE, far), face.light + 0.1);
    for (let v = 3.2; v < height - 1; v += 3.6)
      canvas.polygon(patch(view, face, 0.03, 0.97, v / height, (v + 1.7) / height), glass);
    if (face.index !== 1 && face.index !== 3) continue;
    const whole = z + 13 - from;
    for (let at = z + 13 - 2.6; at > from; at -= 2.6) {
      const u = (at - from) / whole;
      const column = face.index === 1 ? 1 - u : u;
      canvas.polygon(patch(view, face, column, Math.min(1, column + 0.5 / whole), 0, 1), lit(paint, face.light * 0.95));
    }
  }
}

function palm(canvas: Canvas, view: Perspective, x: number, z: number, t: number): void {
  if (z < 1.8) return;
  const s = view.scale(z);
  const px = view.x(x, z);
  const top = view.y(4.6, z);
  canvas.stroke(px, view.y(0, z), px, top, 0.4 * s, lit(TRUNK, 0.95), 1, 0.24 * s);
  for (let i = 0; i < 8; i++) {
    const a = (i / 8) * 2 * Math.PI + 0.2;
    const reach = 1.7 * s;
    const flutter = wave(t, 12, i) * 0.06 * s;
    const ex = px + Math.cos(a) * reach + flutter;
    const ey = top + (Math.sin(a) * 0.5 + 0.35) * reach * 0.8;
    const mx = px + Math.cos(a) * reach * 0.55;
    const my = top + Math.sin(a) * 0.3 * reach - 0.3 * s;
    canvas.polygon(
      [px, top - 0.12 * s, mx, my - 0.16 * s, ex, ey, mx, my + 0.2 * s, px, top + 0.14 * s],
      lit(FROND, 0.8 + (i % 3) * 0.2),
    );
  }
}
