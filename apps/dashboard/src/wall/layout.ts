/** A tile's place in the grid: rows and columns count from 0 at the top and at the inline start. */
export interface Cell {
  readonly row: number;
  readonly column: number;
  readonly rowSpan: number;
  readonly columnSpan: number;
}

export interface Geometry {
  readonly rows: number;
  readonly columns: number;
  readonly cells: readonly Cell[];
}

export const layoutNames = ['2x2', '3x3', '4x4', '5x5', '6x6', '7x7', '8x8', '16-hotspot', '64-hotspot'] as const;
export type LayoutName = (typeof layoutNames)[number];

export const mostTiles = 64;

function grid(size: number): Geometry {
  const cells = Array.from({ length: size * size }, (_, i) => ({
    row: Math.floor(i / size),
    column: i % size,
    rowSpan: 1,
    columnSpan: 1,
  }));
  return { rows: size, columns: size, cells };
}

/** One main tile that leaves a single column at the inline end and a single row at the bottom. */
function hotspot(size: number): Geometry {
  const small = grid(size).cells.filter((cell) => cell.row === size - 1 || cell.column === size - 1);
  const main = { row: 0, column: 0, rowSpan: size - 1, columnSpan: size - 1 };
  return { rows: size, columns: size, cells: [main, ...small] };
}

const geometries: Record<LayoutName, Geometry> = {
  '2x2': grid(2),
  '3x3': grid(3),
  '4x4': grid(4),
  '5x5': grid(5),
  '6x6': grid(6),
  '7x7': grid(7),
  '8x8': grid(8),
  '16-hotspot': hotspot(4),
  '64-hotspot': hotspot(8),
};

export function geometryOf(layout: LayoutName): Geometry {
  return geometries[layout];
}

export function isLayoutName(value: unknown): value is LayoutName {
  return layoutNames.some((name) => name === value);
}

/** The smallest plain grid with room for that many cameras. */
export function layoutFor(cameras: number): LayoutName {
  const size = Math.min(8, Math.max(2, Math.ceil(Math.sqrt(cameras))));
  return layoutNames[size - 2] ?? '8x8';
}
