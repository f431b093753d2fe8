import { describe, expect, it } from 'vitest';
import { fitScene } from '../encoding/scene-pictures.ts';
import { Canvas } from './canvas.ts';
import { SensorNoise } from './grain.ts';
import { seeded } from './random.ts';

const WIDTH = 64;
const HEIGHT = 48;
const white = { y: 216, u: 128, v: 128 };

/**
 * Corners around a middle at random distances: concave as often as not, and some above or below the picture. None is beside
 * it: where an edge crosses that border, coverage is only near enough.
 */
function star(random: () => number): number[] {
  const [cx, cy, size] = [random() * WIDTH, random() * HEIGHT, 4 + random() * 50];
  const corners = 3 + Math.floor(random() * 7);
  return Array.from({ length: corners }, (_, i) => {
    const angle = ((i + 0.5 * random()) / corners) * 2 * Math.PI;
    const reach = size * (0.2 + 0.8 * random());
    return [Math.max(0, Math.min(cx + Math.cos(angle) * reach, WIDTH)), cy + Math.sin(angle) * reach];
  }).flat();
}

function inside(points: readonly number[], x: number, y: number): boolean {
  let odd = false;
  for (let i = 0, j = points.length - 2; i < points.length; j = i, i += 2) {
    const [ax = 0, ay = 0, bx = 0, by = 0] = [points[i], points[i + 1], points[j], points[j + 1]];
    if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) odd = !odd;
  }
  return odd;
}

/** The share of a pixel that lies in the polygon, by 8 × 8 samples. */
function covered(points: readonly number[], x: number, y: number): number {
  let hits = 0;
  for (let i = 0; i < 64; i++) if (inside(points, x + ((i % 8) + 0.5) / 8, y + ((i >> 3) + 0.5) / 8)) hits++;
  return hits / 64;
}

describe('Canvas', () => {
  it.each([1, 0.4])('paints of each pixel what the polygon covers of it, alpha %d', (alpha) => {
    const random = seeded(7);
    for (let i = 0; i < 40; i++) {
      const points = star(random);
      const canvas = new Canvas(WIDTH, HEIGHT);
      canvas.polygon(points, white, alpha);
      for (let y = 0; y < HEIGHT; y++) {
        for (let x = 0; x < WIDTH; x++) {
          const share = ((canvas.y[y * WIDTH + x] ?? 0) - 16) / 200;
          const away = Math.abs(share - alpha * covered(points, x, y));
          // A thin corner may slip through between samples.
          if (away > 0.12 * alpha + 0.01) expect.fail(`polygon ${i}, pixel ${x} ${y}: ${share}`);
        }
      }
    }
  });

  it('leaves nothing of one polygon in the next', () => {
    const random = seeded(11);
    const [busy, fresh] = [new Canvas(WIDTH, HEIGHT), new Canvas(WIDTH, HEIGHT)];
    for (let i = 0; i < 50; i++) busy.polygon(star(random), white);
    busy.copyFrom(fresh);
    const last = star(random);
    for (const canvas of [busy, fresh]) canvas.polygon(last, white, 0.7);
    expect(busy.data.equals(fresh.data)).toBe(true);
  });

  it('takes an enlarged picture, and halves it again', () => {
    const [small, large, again] = [
      new Canvas(WIDTH, HEIGHT),
      new Canvas(WIDTH * 2, HEIGHT * 2),
      new Canvas(WIDTH, HEIGHT),
    ];
    small.rect(0, 0, WIDTH / 2, HEIGHT, { y: 200, u: 90, v: 160 });
    large.enlarge(small);
    expect([...large.y.subarray(WIDTH - 3, WIDTH + 2)]).toEqual([200, 200, 108, 16, 16]);
    fitScene(large, again, 0);
    for (const x of [0, 10, 30, 33, 63]) expect(again.y[WIDTH * 20 + x]).toBe(x < WIDTH / 2 ? 200 : 16);
    expect([again.u[5], again.v[5], again.u[WIDTH / 2 - 1]]).toEqual([90, 160, 128]);
  });
});

describe('SensorNoise', () => {
  it('is the same for the same picture, another for the next, and even on average', () => {
    const [one, same, next] = [1, 2, 3].map(() => new Uint8Array(1 << 16).fill(120)) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const noise = new SensorNoise(3.2);
    noise.apply(one, 4);
    noise.apply(same, 4);
    noise.apply(next, 5);
    expect(one).toEqual(same);
    expect(one).not.toEqual(next);
    expect(one.reduce((sum, value) => sum + value, 0) / one.length).toBeCloseTo(120, 0);
    expect([Math.min(...one), Math.max(...one)]).toEqual([115, 125]);
  });
});
