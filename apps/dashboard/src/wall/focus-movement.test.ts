import { describe, expect, it } from 'vitest';
import { type Direction, directionOf, neighbour } from './focus-movement.ts';
import { geometryOf, layoutNames } from './layout.ts';

describe('moving the focus', () => {
  it('follows the screen: a right arrow goes right in both directions of reading', () => {
    expect(directionOf('ArrowRight', false)).toBe('end');
    expect(directionOf('ArrowRight', true)).toBe('start');
    expect(directionOf('ArrowLeft', true)).toBe('end');
    expect(directionOf('Enter', false)).toBeNull();
  });

  it('walks a plain grid and stops at its edges', () => {
    const grid = geometryOf('3x3');
    expect(neighbour(grid, 4, 'up')).toBe(1);
    expect(neighbour(grid, 4, 'down')).toBe(7);
    expect(neighbour(grid, 4, 'start')).toBe(3);
    expect(neighbour(grid, 4, 'end')).toBe(5);
    expect(neighbour(grid, 2, 'end')).toBe(2);
    expect(neighbour(grid, 0, 'up')).toBe(0);
  });

  it('leaves the main tile of a hotspot to the middle of its side and comes back from anywhere', () => {
    const grid = geometryOf('16-hotspot');
    const end = neighbour(grid, 0, 'end');
    expect(grid.cells[end]).toMatchObject({ row: 1, column: 3 });
    for (let tile = 1; tile < grid.cells.length; tile += 1) {
      const cell = grid.cells[tile];
      if (cell?.column === 3 && cell.row < 3) expect(neighbour(grid, tile, 'start')).toBe(0);
      if (cell?.row === 3 && cell.column < 3) expect(neighbour(grid, tile, 'up')).toBe(0);
    }
  });

  it.each(layoutNames)('reaches every tile of %s from the first', (name) => {
    const grid = geometryOf(name);
    const seen = new Set([0]);
    const queue = [0];
    for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
      for (const direction of ['up', 'down', 'start', 'end'] satisfies Direction[]) {
        const next = neighbour(grid, at, direction);
        if (!seen.has(next)) {
          seen.add(next);
          queue.push(next);
        }
      }
    }
    expect(seen.size).toBe(grid.cells.length);
  });
});
