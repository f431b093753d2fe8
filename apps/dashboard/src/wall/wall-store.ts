import { create } from 'zustand';
import { geometryOf, isLayoutName, type LayoutName, layoutFor, mostTiles } from './layout.ts';

/** What is on the wall. `tiles` always has 64 places; a smaller layout shows the first of them and keeps the rest. */
export interface WallContent {
  readonly layout: LayoutName;
  readonly tiles: readonly (string | null)[];
}

interface Wall extends WallContent {
  readonly focused: number;
  readonly maximised: number | null;
  /** The content before the last change that removed something, for undo. */
  readonly previous: WallContent | null;
  load: (content: WallContent) => void;
  setLayout: (layout: LayoutName) => void;
  /** Puts cameras on free tiles from the focused one on, those already shown left out. Answers how many found a place. */
  place: (cameras: readonly string[]) => number;
  /** Puts a camera on one tile; one that was there is replaced, and a camera already shown moves. */
  placeAt: (camera: string, tile: number) => void;
  swap: (from: number, to: number) => void;
  remove: (tile: number) => void;
  clear: () => void;
  undo: () => void;
  focus: (tile: number) => void;
  maximise: (tile: number | null) => void;
}

export const emptyWall: WallContent = { layout: '3x3', tiles: new Array<null>(mostTiles).fill(null) };

export function parseWall(value: unknown): WallContent | null {
  if (typeof value !== 'object' || value === null) return null;
  const { layout, tiles } = value as { layout?: unknown; tiles?: unknown };
  if (!isLayoutName(layout) || !Array.isArray(tiles)) return null;
  const seen = new Set<unknown>();
  const clean = Array.from({ length: mostTiles }, (_, i) => {
    const camera: unknown = tiles[i];
    if (typeof camera !== 'string' || camera === '' || camera.length > 100 || seen.has(camera)) return null;
    seen.add(camera);
    return camera;
  });
  return { layout, tiles: clean };
}

export const useWall = create<Wall>()((set, get) => {
  const content = (): WallContent => ({ layout: get().layout, tiles: get().tiles });
  const change = (tiles: readonly (string | null)[], more: Partial<Wall> = {}) => set({ tiles, ...more });
  const visible = () => geometryOf(get().layout).cells.length;

  return {
    ...emptyWall,
    focused: 0,
    maximised: null,
    previous: null,
    load: ({ layout, tiles }) => set({ layout, tiles, focused: 0, maximised: null, previous: content() }),
    setLayout: (layout) => {
      // A smaller layout must not hide cameras while it has free places: they close up first.
      const shown = geometryOf(layout).cells.length;
      const tiles = [...get().tiles];
      const hidden = tiles.slice(shown).filter((camera) => camera !== null);
      for (const camera of hidden) {
        const free = tiles.indexOf(null);
        if (free < 0 || free >= shown) break;
        tiles[tiles.indexOf(camera)] = null;
        tiles[free] = camera;
      }
      set({ layout, tiles, maximised: null, focused: Math.min(get().focused, shown - 1) });
    },
    place: (cameras) => {
      const tiles = [...get().tiles];
      const count = visible();
      const shown = new Set(tiles.slice(0, count));
      const order = Array.from({ length: count }, (_, i) => (get().focused + i) % count);
      const free = order.filter((i) => tiles[i] === null);
      let placed = 0;
      for (const camera of cameras) {
        if (shown.has(camera)) continue;
        const tile = free.shift();
        if (tile === undefined) break;
        const elsewhere = tiles.indexOf(camera);
        if (elsewhere >= 0) tiles[elsewhere] = null;
        tiles[tile] = camera;
        placed += 1;
      }
      change(tiles, { maximised: null });
      return placed;
    },
    placeAt: (camera, tile) => {
      const tiles = [...get().tiles];
      const from = tiles.indexOf(camera);
      const replaced = tiles[tile] ?? null;
      if (from === tile) return;
      if (from >= 0) tiles[from] = replaced;
      tiles[tile] = camera;
      change(tiles, { focused: tile, ...(replaced && from < 0 ? { previous: content() } : {}) });
    },
    swap: (from, to) => {
      const tiles = [...get().tiles];
      const moved = tiles[from] ?? null;
      tiles[from] = tiles[to] ?? null;
      tiles[to] = moved;
      change(tiles, { focused: to });
    },
    remove: (tile) => {
      if (!get().tiles[tile]) return;
      const previous = content();
      change(get().tiles.with(tile, null), { previous, maximised: null });
    },
    clear: () => set({ tiles: emptyWall.tiles, previous: content(), maximised: null }),
    undo: () => {
      const { previous } = get();
      if (previous) set({ ...previous, previous: null, maximised: null });
    },
    focus: (focused) => set({ focused }),
    maximise: (maximised) => set({ maximised }),
  };
});

/** Opens one more step of the grid when more cameras are chosen than there is room for. */
export function growFor(cameras: number): void {
  const wall = useWall.getState();
  if (geometryOf(wall.layout).cells.length < cameras) wall.setLayout(layoutFor(cameras));
}
