import type { AccessUnit } from '@marsad/media';
import { expect, test } from 'vitest';
import { ReorderFilter } from './reorder-filter.ts';

function unit(pts: number, options: { key?: boolean; disposable?: boolean } = {}): AccessUnit {
  const { key = false, disposable = false } = options;
  return { track: 0, kind: 'video', nals: [], pts, dts: pts, arrival: 0, key, disposable, bytes: 0 };
}

test('a stream that does not reorder is left as it is', () => {
  const filter = new ReorderFilter(false);
  expect(filter.accepts(unit(2, { disposable: true }))).toBe(true);
  expect(filter.accepts(unit(1))).toBe(true);
});

test('disposable B pictures go, the rest stays', () => {
  const filter = new ReorderFilter(true);
  const shown = [
    unit(0, { key: true }),
    unit(3),
    unit(1, { disposable: true }),
    unit(2, { disposable: true }),
    unit(6),
  ].filter((each) => filter.accepts(each));
  expect(shown.map((each) => each.pts)).toEqual([0, 3, 6]);
  expect(filter.unshowable).toBe(false);
});

test('B pictures that are references make the stream unshowable, for good', () => {
  const filter = new ReorderFilter(true);
  expect(filter.accepts(unit(0, { key: true }))).toBe(true);
  expect(filter.accepts(unit(4))).toBe(true);
  expect(filter.accepts(unit(2))).toBe(false);
  expect(filter.unshowable).toBe(true);
  expect(filter.accepts(unit(8, { key: true }))).toBe(false);
});

test('a clock set back at a key picture is no reordering', () => {
  const filter = new ReorderFilter(true);
  filter.accepts(unit(1000, { key: true }));
  expect(filter.accepts(unit(10, { key: true }))).toBe(true);
  expect(filter.unshowable).toBe(false);
});
