import { Canvas } from '../scenes/canvas.ts';
import type { Colour } from '../scenes/colour.ts';

/**
 * Our own stroke font. Each glyph is a few polylines on a cell of 16 × 32; a point is two characters, x and y in base
 * 36. Capitals stand from row 4 to row 24, small letters from row 10, descenders reach row 30.
 */
const GLYPHS: Readonly<Record<string, string>> = {
  0: '54a4d8dkao5o2k2854',
  1: '38747o 3oco',
  2: '2854a4d8db2odo',
  3: '2754a4d7dbae6e aedhdlao5o2l',
  4: 'aoa42idi',
  5: 'c4343d9ccfdk9o5o2l',
  6: 'b4663c2i5oaodkdgad5d2i',
  7: '24d46o',
  8: '54a4d7dbae5e2h2l5oaodldhae 5e2b2754',
  9: '4o9mcgdaa454282c5fafda',
  ':': '7c7d 7m7n',
  '-': '3fcf',
  '–': '1fef',
  '/': '2qd2',
  '.': '7n7o',
  ',': '7n6r',
  '&': 'do4a4674a6a93g2k5o9odh',
  '(': 'a2787kaq',
  ')': '52888k5q',
  "'": '7478',
  '+': '3fdf 8a8k',
  '×': '3bcj 3jcb',
  _: '2odo',
  A: '2o74do 4hbh',
  B: '2o2494c6ca9d2d 9ddgdk9o2o',
  C: 'd7a454292j5oaodl',
  D: '2484d9dj8o2o24',
  E: 'd4242odo 2dbd',
  F: 'd4242o 2dbd',
  G: 'd7a454292j5oaodldf8f',
  H: '242o d4do 2ede',
  I: '44b4 747o 4obo',
  J: 'c4ck9o5o2k',
  K: '242o d42g 6cdo',
  L: '242odo',
  M: '2o247gd4do',
  N: '2o24dod4',
  O: '54a4d9djao5o2j2954',
  P: '2o24a4d7dcaf2f',
  Q: '54a4d9djao5o2j2954 8jdq',
  R: '2o24a4d7dbae2e 8edo',
  S: 'd7a454272b5dafdidlao5o2l',
  T: '24d4 747o',
  U: '242k5oaodkd4',
  V: '247od4',
  W: '244o7ebod4',
  X: '24do d42o',
  Y: '247ed4 7e7o',
  Z: '24d42odo',
  a: '3c6aaadddo dg6g2j2l5o9odk',
  b: '242o 2d6aaadddlao6o2l',
  c: 'dc9a5a2d2l5oaodl',
  d: 'd4do dd9a5a2d2l5o9odl',
  e: '2hdhdd9a5a2d2l5oaodm',
  f: 'c494777o 3bbb',
  g: 'dadqau5u2s dd9a5a2d2k5n9ndk',
  h: '242o 2d6aaadddo',
  i: '5a7a7o 4obo 7475',
  j: '8a8r5u2s 8485',
  k: '242o ca2j 6gco',
  l: '54747o 4obo',
  m: '2o2a 2c4a6a7c7o 7c9abadcdo',
  n: '2o2a 2d6aaadddo',
  o: '5aaadddlao5o2l2d5a',
  p: '2a2u 2d6aaadddlao6o2l',
  q: 'dadu dd9a5a2d2l5o9odl',
  r: '3o3a 3e7aaadb',
  s: 'dcaa5a2c2e5gahdjdlao5o2m',
  t: '757laoco 3aca',
  u: '2a2l5o9odl dado',
  v: '2a7oda',
  w: '2a4o7eboda',
  x: '2ado da2o',
  y: '2a7n da6s3u',
  z: '2ada2odo',
};

const INK: Colour = { y: 228, u: 128, v: 128 };
const THICKNESS = 2.9;

/** Luma of a text on black, `scale` 1 for cells of 16 × 32 pixels, 0.5 for 8 × 16. Unknown characters stay blank. */
export function renderText(
  text: string,
  columns: number,
  scale: 0.5 | 1,
): { luma: Uint8Array; width: number; height: number } {
  const canvas = new Canvas(columns * 16 * scale, 32 * scale);
  drawText(canvas, [...text].slice(0, columns).join(''), 0, 0, scale, INK);
  return { luma: canvas.y, width: canvas.width, height: canvas.height };
}

/** Draws a line of text; `scale` 1 means cells of 16 × 32 pixels, (x, y) is the top left corner of the first. */
export function drawText(canvas: Canvas, text: string, x: number, y: number, scale: number, ink: Colour): void {
  [...text].forEach((character, index) => {
    const glyph = GLYPHS[character];
    if (glyph !== undefined) drawGlyph(canvas, glyph, x + index * 16 * scale, y, scale, ink);
  });
}

function drawGlyph(canvas: Canvas, glyph: string, left: number, top: number, scale: number, ink: Colour): void {
  for (const line of glyph.split(' ')) {
    const points: [number, number][] = [];
    for (let i = 0; i + 1 < line.length; i += 2) {
      const x = Number.parseInt(line[i] ?? '0', 36);
      const y = Number.parseInt(line[i + 1] ?? '0', 36);
      points.push([left + (x + 0.2) * scale, top + (y + 1.5) * scale]);
    }
    points.forEach(([x, y], i) => {
      canvas.ellipse(x, y, (THICKNESS / 2) * scale, (THICKNESS / 2) * scale, ink);
      const next = points[i + 1];
      if (next) canvas.stroke(x, y, next[0], next[1], THICKNESS * scale, ink);
    });
  }
}
