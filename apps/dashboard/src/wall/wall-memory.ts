import { isLayoutName } from './layout.ts';
import { emptyWall, parseWall, useWall, type WallContent } from './wall-store.ts';

const key = (user: string) => `marsad.wall.${user}`;

export interface WallSearch {
  layout?: string;
  cameras?: string;
}

/** `?layout=4x4&cameras=a,b,,c`: places in order, an empty one for a free tile. */
export function linkTo({ layout, tiles }: WallContent): WallSearch {
  return {
    layout,
    cameras: tiles
      .map((camera) => camera ?? '')
      .join(',')
      .replace(/,+$/, ''),
  };
}

export function wallOfLink({ layout, cameras }: WallSearch): WallContent | null {
  if (!isLayoutName(layout)) return null;
  return parseWall({ layout, tiles: (cameras ?? '').split(',') });
}

/** Loads this user's wall and keeps it from now on. Answers what stops the keeping. */
export function rememberWall(user: string): () => void {
  let saved: WallContent | null = null;
  try {
    saved = parseWall(JSON.parse(localStorage.getItem(key(user)) ?? 'null'));
  } catch {
    // Written by something else: start anew.
  }
  useWall.getState().load(saved ?? emptyWall);
  useWall.setState({ previous: null });
  return useWall.subscribe(({ layout, tiles }, before) => {
    if (tiles === before.tiles && layout === before.layout) return;
    localStorage.setItem(key(user), JSON.stringify({ layout, tiles }));
  });
}
