import { describe, expect, it } from 'vitest';
import { geometryOf, layoutFor, layoutNames } from './layout.ts';

describe('layouts', () => {
  it.each(layoutNames)('%s covers every square of its grid exactly once', (name) => {
    const { rows, columns, cells } = geometryOf(name);
    const covered = new Array<number>(rows * columns).fill(0);
    for (const cell of cells) {
      for (let row = cell.row; row < cell.row + cell.rowSpan; row += 1) {
        for (let column = cell.column; column < cell.column + cell.columnSpan; column += 1) {
          const at = row * columns + column;
          covered[at] = (covered[at] ?? 0) + 1;
        }
      }
    }
    expect(covered.every((times) => times === 1)).toBe(true);
  });

  it('has hotspots of one main tile with 7 and 15 around it', () => {
    expect(geometryOf('16-hotspot').cells).toHaveLength(8);
    expect(geometryOf('16-hotspot').cells[0]).toEqual({ row: 0, column: 0, rowSpan: 3, columnSpan: 3 });
    expect(geometryOf('64-hotspot').cells).toHaveLength(16);
    expect(geometryOf('64-hotspot').cells[0]).toEqual({ row: 0, column: 0, rowSpan: 7, columnSpan: 7 });
  });

  it('finds the smallest grid that takes all', () => {
    expect([0, 4, 5, 16, 17, 64, 500].map(layoutFor)).toEqual(['2x2', '2x2', '3x3', '4x4', '5x5', '8x8', '8x8']);
  });
});
