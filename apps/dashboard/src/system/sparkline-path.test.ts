import { describe, expect, it } from 'vitest';
import { indexAt, movedBy, placeOf, sparklineLength, sparklinePath, sparklineSize } from './sparkline-path.ts';

const points = (line: string) =>
  line
    .slice(1)
    .split('L')
    .map((point) => point.split(' ').map(Number));

describe('a sparkline', () => {
  it('ends at the right edge, whatever it begins with', () => {
    const { line } = sparklinePath([1, 2, 3]) ?? { line: '' };
    const [first, , last] = points(line);
    expect(last?.[0]).toBe(sparklineSize.width);
    expect(first?.[0]).toBeGreaterThan(sparklineSize.width * 0.95);
    expect(last?.[1]).toBeLessThan(first?.[1] ?? 0);
  });

  it('shows no more than ten minutes, from zero up', () => {
    const values = Array.from({ length: 500 }, () => 7);
    const all = points(sparklinePath(values)?.line ?? '');
    expect(all).toHaveLength(sparklineLength);
    expect(all[0]?.[0]).toBe(0);
    expect(new Set(all.map(([, y]) => y))).toEqual(new Set([1.5]));
  });

  it('is flat at the bottom without anything to show, and nothing with one value', () => {
    expect(points(sparklinePath([0, 0])?.line ?? '').map(([, y]) => y)).toEqual([30.5, 30.5]);
    expect(sparklinePath([4])).toBeNull();
    expect(sparklinePath([Number.NaN, 1])?.line).not.toContain('NaN');
  });
});

describe('a value of it', () => {
  it('is the nearest to where somebody points', () => {
    for (const count of [2, 50, 120, 300]) {
      const values = Array.from({ length: count }, (_, index) => index);
      for (const index of [count - 1, count - 2, Math.max(0, count - 60)]) {
        expect(indexAt(placeOf(values, index).x / sparklineSize.width + 0.003, count)).toBe(index);
      }
      // Left of a line that has just begun, and outside on either side.
      expect(indexAt(-0.1, count)).toBe(Math.max(0, count - sparklineLength));
      expect(indexAt(1.2, count)).toBe(count - 1);
    }
  });

  it('is reached with keys, and they stop at both ends', () => {
    expect(movedBy('ArrowLeft', 10, 50)).toBe(9);
    expect(movedBy('ArrowRight', 10, 50)).toBe(11);
    expect(movedBy('ArrowRight', 49, 50)).toBe(49);
    expect(movedBy('PageDown', 5, 50)).toBe(0);
    expect([movedBy('Home', 10, 50), movedBy('End', 10, 50), movedBy('Home', 200, 300)]).toEqual([0, 49, 180]);
    expect(movedBy('Tab', 10, 50)).toBeNull();
  });
});
