import { type Canvas, gradient } from './canvas.ts';
import { type Colour, colour, lit } from './colour.ts';
import { seeded } from './random.ts';

export interface Person {
  readonly dress: 'casual' | 'kandura' | 'abaya';
  readonly skin: Colour;
  readonly hair: Colour;
  readonly top: Colour;
  readonly legs: Colour;
  /** Metres. */
  readonly height: number;
  readonly bag: boolean;
}

export interface Pose {
  /** Where the feet are, in pixels. */
  readonly x: number;
  readonly y: number;
  /** Pixels per metre. */
  readonly scale: number;
  /** Steps taken so far; a whole number is one full stride (left and right). */
  readonly stride: number;
  /** 0 stands, 1 walks. */
  readonly gait: number;
  /** -1 faces left, 1 faces right, 0 faces or leaves the camera. */
  readonly facing: number;
}

const SKIN = ['#8d5a3b', '#b07a52', '#c99a74', '#6b4630', '#d9b08c'].map(colour);
const HAIR = ['#15110f', '#2a1c14', '#3b2a20', '#0d0d10'].map(colour);
const TOPS = ['#b33a2f', '#2f5fa8', '#e0c14a', '#3f8f5a', '#d9dde3', '#7a4a9c', '#30343c', '#d9762b', '#5fb0c9'].map(
  colour,
);
const LEGS = ['#23324d', '#2b2b2e', '#5a5348', '#31465e', '#7d776c'].map(colour);
const WHITE = colour('#eeeeea');
const BLACK = colour('#191a1f');

export function person(seed: number): Person {
  const random = seeded(seed * 7919 + 17);
  const pick = (list: readonly Colour[]) => list[Math.floor(random() * list.length)] as Colour;
  const roll = random();
  return {
    dress: roll < 0.2 ? 'kandura' : roll < 0.38 ? 'abaya' : 'casual',
    skin: pick(SKIN),
    hair: pick(HAIR),
    top: pick(TOPS),
    legs: pick(LEGS),
    height: 1.62 + random() * 0.24,
    bag: random() < 0.35,
  };
}

/** Draws a standing or walking person with a soft shadow at the feet. */
export function drawPerson(canvas: Canvas, who: Person, pose: Pose): void {
  const { x, scale, facing } = pose;
  const h = who.height * scale;
  const swing = Math.sin(pose.stride * 2 * Math.PI) * pose.gait;
  const y = pose.y - Math.abs(Math.cos(pose.stride * 2 * Math.PI)) * pose.gait * h * 0.012;
  canvas.ellipse(x + h * 0.06, pose.y, h * 0.2, h * 0.045, BLACK, 0.42);
  const reach = swing * h * (facing === 0 ? 0.04 : 0.13);
  const robe = who.dress === 'kandura' ? WHITE : who.dress === 'abaya' ? BLACK : null;
  if (robe) drawRobe(canvas, robe, x, y, h, reach);
  else drawLegs(canvas, who, x, y, h, reach);
  drawTorso(canvas, who, robe, x, y, h, swing);
  drawHead(canvas, who, x, y, h, facing);
}

/** Head and shoulders of somebody who sits, seen from behind or from the front; (x, y) is the base of the neck. */
export function drawBust(canvas: Canvas, who: Person, x: number, y: number, scale: number, fromBehind: boolean): void {
  const cloth = who.dress === 'kandura' ? WHITE : who.dress === 'abaya' ? BLACK : who.top;
  const w = 0.23 * scale;
  canvas.polygon(
    [
      x - w,
      y + 0.5 * scale,
      x - w,
      y + 0.12 * scale,
      x - w * 0.72,
      y + 0.02 * scale,
      x - w * 0.25,
      y - 0.03 * scale,
      x + w * 0.25,
      y - 0.03 * scale,
      x + w * 0.72,
      y + 0.02 * scale,
      x + w,
      y + 0.12 * scale,
      x + w,
      y + 0.5 * scale,
    ],
    gradient(lit(cloth, 1.05), lit(cloth, 0.6), y, y + 0.5 * scale),
  );
  const head = y - 0.15 * scale;
  canvas.rect(x - 0.05 * scale, y - 0.1 * scale, 0.1 * scale, 0.12 * scale, lit(who.skin, 0.8));
  const cover = who.dress === 'casual' ? who.hair : cloth;
  canvas.ellipse(x, head, 0.098 * scale, 0.13 * scale, fromBehind ? cover : who.skin);
  if (fromBehind) {
    canvas.ellipse(x - 0.03 * scale, head - 0.04 * scale, 0.045 * scale, 0.06 * scale, lit(cover, 1.35), 0.6);
    return;
  }
  canvas.polygon(cap(x, head, 0.104 * scale, 0.135 * scale), cover);
  canvas.ellipse(x - 0.036 * scale, head + 0.005 * scale, 0.012 * scale, 0.01 * scale, BLACK, 0.8);
  canvas.ellipse(x + 0.036 * scale, head + 0.005 * scale, 0.012 * scale, 0.01 * scale, BLACK, 0.8);
}

function drawLegs(canvas: Canvas, who: Person, x: number, y: number, h: number, reach: number): void {
  const hip = y - 0.48 * h;
  for (const [side, light] of [
    [-1, 0.8],
    [1, 1],
  ] as const) {
    const foot = x + side * (reach + h * 0.025);
    const lift = Math.max(0, side * reach) * 0.12;
    canvas.stroke(x + side * h * 0.035, hip, foot, y - lift - h * 0.02, h * 0.095, lit(who.legs, light), 1, h * 0.06);
    canvas.ellipse(foot + Math.sign(reach) * h * 0.015, y - lift - h * 0.015, h * 0.042, h * 0.02, BLACK);
  }
}

function drawRobe(canvas: Canvas, cloth: Colour, x: number, y: number, h: number, reach: number): void {
  canvas.ellipse(x + reach, y - h * 0.012, h * 0.035, h * 0.018, BLACK);
  canvas.ellipse(x - reach, y - h * 0.012, h * 0.035, h * 0.018, BLACK);
  canvas.polygon(
    [
      x - h * 0.09,
      y - h * 0.55,
      x + h * 0.09,
      y - h * 0.55,
      x + h * 0.13 + reach * 0.4,
      y - h * 0.02,
      x - h * 0.13 - reach * 0.4,
      y - h * 0.02,
    ],
    gradient(cloth, lit(cloth, 0.78), y - h * 0.5, y),
  );
  canvas.stroke(x + h * 0.02, y - h * 0.45, x + h * 0.04 + reach * 0.3, y - h * 0.04, h * 0.012, lit(cloth, 0.7), 0.7);
}

function drawTorso(canvas: Canvas, who: Person, robe: Colour | null, x: number, y: number, h: number, swing: number) {
  const cloth = robe ?? who.top;
  const shoulder = y - 0.81 * h;
  const hip = y - 0.46 * h;
  const arm = swing * h * 0.09;
  canvas.stroke(
    x - h * 0.1,
    shoulder + h * 0.03,
    x - h * 0.115 - arm,
    hip + h * 0.02,
    h * 0.058,
    lit(cloth, 0.7),
    1,
    h * 0.042,
  );
  canvas.ellipse(x - h * 0.115 - arm, hip + h * 0.035, h * 0.02, h * 0.026, lit(who.skin, 0.85));
  canvas.polygon(
    [
      x - h * 0.115,
      shoulder + h * 0.025,
      x - h * 0.06,
      shoulder - h * 0.012,
      x + h * 0.06,
      shoulder - h * 0.012,
      x + h * 0.115,
      shoulder + h * 0.025,
      x + h * 0.09,
      hip,
      x - h * 0.09,
      hip,
    ],
    gradient(lit(cloth, 1.08), lit(cloth, 0.75), shoulder, hip),
  );
  canvas.stroke(
    x + h * 0.1,
    shoulder + h * 0.03,
    x + h * 0.115 + arm,
    hip + h * 0.02,
    h * 0.058,
    lit(cloth, 0.92),
    1,
    h * 0.042,
  );
  canvas.ellipse(x + h * 0.115 + arm, hip + h * 0.035, h * 0.02, h * 0.026, who.skin);
  if (!who.bag) return;
  canvas.stroke(x - h * 0.08, shoulder, x + h * 0.1, hip - h * 0.04, h * 0.014, lit(who.hair, 1.6));
  canvas.rect(x + h * 0.06, hip - h * 0.07, h * 0.09, h * 0.11, lit(who.legs, 1.2));
}

function drawHead(canvas: Canvas, who: Person, x: number, y: number, h: number, facing: number): void {
  const cy = y - 0.905 * h;
  canvas.rect(x - h * 0.024, y - 0.86 * h, h * 0.048, h * 0.06, lit(who.skin, 0.8));
  canvas.ellipse(
    x + facing * h * 0.006,
    cy,
    h * 0.053,
    h * 0.072,
    gradient(lit(who.skin, 1.1), lit(who.skin, 0.85), cy - h * 0.07, cy + h * 0.07),
  );
  const cover = who.dress === 'kandura' ? WHITE : who.dress === 'abaya' ? BLACK : who.hair;
  canvas.polygon(cap(x - facing * h * 0.008, cy, h * 0.058, h * 0.078), cover);
  if (who.dress === 'casual') return;
  canvas.polygon(
    [
      x - h * 0.06,
      cy - h * 0.02,
      x - h * 0.02,
      cy - h * 0.05,
      x - h * 0.035,
      cy + h * 0.1,
      x - h * 0.085,
      cy + h * 0.12,
    ],
    cover,
  );
  canvas.polygon(
    [
      x + h * 0.06,
      cy - h * 0.02,
      x + h * 0.02,
      cy - h * 0.05,
      x + h * 0.035,
      cy + h * 0.1,
      x + h * 0.085,
      cy + h * 0.12,
    ],
    lit(cover, 0.86),
  );
  if (who.dress === 'kandura') canvas.rect(x - h * 0.056, cy - h * 0.055, h * 0.112, h * 0.014, BLACK);
}

/** The upper part of an ellipse: hair or a head scarf. */
function cap(cx: number, cy: number, rx: number, ry: number): number[] {
  const points: number[] = [];
  for (let i = 0; i <= 12; i++) {
    const a = Math.PI + (i / 12) * Math.PI;
    points.push(cx + rx * Math.cos(a), cy - ry * 0.12 + ry * 0.95 * Math.sin(a));
  }
  points.push(cx + rx * 0.55, cy - ry * 0.42, cx - rx * 0.55, cy - ry * 0.42);
  return points;
}
