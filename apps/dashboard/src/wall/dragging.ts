import { useWall } from './wall-store.ts';

/** What is carried: cameras from the list, or the camera of a tile. */
export type WallDrag = { kind: 'cameras'; cameras: readonly string[] } | { kind: 'tile'; tile: number };

type Data = Record<string | symbol, unknown>;

export function isWallDrag(data: Data): data is Data & WallDrag {
  return data['kind'] === 'cameras' || data['kind'] === 'tile';
}

export function isTileTarget(data: Data): data is Data & { tile: number } {
  return typeof data['tile'] === 'number';
}

export function dropOnTile(drag: WallDrag, tile: number): void {
  const wall = useWall.getState();
  if (drag.kind === 'tile') {
    if (drag.tile !== tile) wall.swap(drag.tile, tile);
    return;
  }
  const [first, ...others] = drag.cameras;
  if (first === undefined) return;
  wall.placeAt(first, tile);
  if (others.length > 0) wall.place(others);
}
