import { expect, test } from 'vitest';
import { percentile } from './percentile.ts';

test('takes the nearest rank', () => {
  const samples = [5, 1, 4, 2, 3, 6, 7, 8, 9, 10];
  expect(percentile(samples, 50)).toBe(5);
  expect(percentile(samples, 95)).toBe(10);
  expect(percentile([7], 95)).toBe(7);
});

test('of nothing is not a number', () => {
  expect(percentile([], 50)).toBeNaN();
});
