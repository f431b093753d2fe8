import { describe, expect, it } from 'vitest';
import { sparklineLength, sparklinePath, sparklineSize } from './sparkline-path.ts';

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
