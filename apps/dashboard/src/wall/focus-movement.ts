import type { Cell, Geometry } from './layout.ts';

export type Direction = 'up' | 'down' | 'start' | 'end';

/** What an arrow key means where the page runs from the right: the tile that lies there on the screen. */
export function directionOf(key: string, rightToLeft: boolean): Direction | null {
  switch (key) {
    case 'ArrowUp':
      return 'up';
    case 'ArrowDown':
      return 'down';
    case 'ArrowLeft':
      return rightToLeft ? 'end' : 'start';
    case 'ArrowRight':
      return rightToLeft ? 'start' : 'end';
    default:
      return null;
  }
}

const centre = (from: number, span: number) => from + span / 2;

function steps(from: Cell, to: Cell, direction: Direction): { along: number; across: number } {
  const rowsApart = centre(to.row, to.rowSpan) - centre(from.row, from.rowSpan);
  const columnsApart = centre(to.column, to.columnSpan) - centre(from.column, from.columnSpan);
  switch (direction) {
    case 'up':
      return { along: from.row - (to.row + to.rowSpan), across: Math.abs(columnsApart) };
    case 'down':
      return { along: to.row - (from.row + from.rowSpan), across: Math.abs(columnsApart) };
    case 'start':
      return { along: from.column - (to.column + to.columnSpan), across: Math.abs(rowsApart) };
    case 'end':
      return { along: to.column - (from.column + from.columnSpan), across: Math.abs(rowsApart) };
  }
}

/** Whether the two lie in each other's row (or column) at all. */
function faces(from: Cell, to: Cell, direction: Direction): boolean {
  const overlaps = (a: number, aSpan: number, b: number, bSpan: number) => a < b + bSpan && b < a + aSpan;
  return direction === 'up' || direction === 'down'
    ? overlaps(from.column, from.columnSpan, to.column, to.columnSpan)
    : overlaps(from.row, from.rowSpan, to.row, to.rowSpan);
}

/** The nearest tile that way among those that face this one; the same tile at the edge of the wall. */
export function neighbour(geometry: Geometry, index: number, direction: Direction): number {
  const from = geometry.cells[index];
  if (!from) return index;
  let best = index;
  let bestDistance = Number.POSITIVE_INFINITY;
  geometry.cells.forEach((to, candidate) => {
    if (candidate === index || !faces(from, to, direction)) return;
    const { along, across } = steps(from, to, direction);
    if (along < 0) return;
    const distance = along * 100 + across;
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  });
  return best;
}
