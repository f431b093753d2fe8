import { monitorForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter';
import { type KeyboardEvent, useCallback, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useCamerasById } from '../cameras/cameras-query.ts';
import { dropOnTile, isTileTarget, isWallDrag } from './dragging.ts';
import { directionOf, neighbour } from './focus-movement.ts';
import { geometryOf } from './layout.ts';
import { wallSession } from './live/live.ts';
import { Tile } from './tile.tsx';
import { useWall } from './wall-store.ts';

export function WallGrid() {
  const { t } = useTranslation();
  const grid = useRef<HTMLDivElement>(null);
  const layout = useWall((s) => s.layout);
  const tiles = useWall((s) => s.tiles);
  const focused = useWall((s) => s.focused);
  const maximised = useWall((s) => s.maximised);
  const cameras = useCamerasById();
  const { rows, columns, cells } = geometryOf(layout);

  useEffect(() => {
    wallSession.show(tiles.slice(0, cells.length).filter((camera) => camera !== null));
  }, [tiles, cells.length]);

  useEffect(
    () =>
      monitorForElements({
        canMonitor: ({ source }) => isWallDrag(source.data),
        onDrop: ({ source, location }) => {
          const target = location.current.dropTargets[0]?.data;
          if (target && isWallDrag(source.data) && isTileTarget(target)) dropOnTile(source.data, target.tile);
        },
      }),
    [],
  );

  const focusTile = useCallback((tile: number) => {
    useWall.getState().focus(tile);
    grid.current?.querySelector<HTMLElement>(`[data-tile="${tile}"]`)?.focus();
  }, []);

  const onKeyDown = (event: KeyboardEvent) => {
    const wall = useWall.getState();
    const target = event.target instanceof HTMLElement ? event.target : null;
    const onTile = target?.dataset['tile'] !== undefined;
    const direction = directionOf(event.key, document.documentElement.dir === 'rtl');
    const camera = wall.tiles[wall.focused];
    if (direction && !event.ctrlKey && !event.altKey && !event.metaKey) {
      const next = neighbour(geometryOf(wall.layout), wall.focused, direction);
      if (event.shiftKey && next !== wall.focused) wall.swap(wall.focused, next);
      if (wall.maximised !== null) wall.maximise(next);
      focusTile(next);
    } else if (event.key === 'Delete' && !event.shiftKey) {
      wall.remove(wall.focused);
      focusTile(wall.focused);
    } else if (event.key === 'Enter' && onTile && event.shiftKey) {
      void target.requestFullscreen();
    } else if (event.key === 'Enter' && onTile && camera) {
      wall.maximise(wall.maximised === null ? wall.focused : null);
    } else if (event.key === 'Escape' && wall.maximised !== null) {
      wall.maximise(null);
    } else if (event.code === 'KeyR' && !event.ctrlKey && !event.metaKey && camera) {
      wallSession.retry(camera);
    } else {
      return;
    }
    event.preventDefault();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the tiles within, which take the focus
    <div
      ref={grid}
      onKeyDown={onKeyDown}
      className="grid min-h-0 flex-1 gap-0.5 bg-canvas"
      style={{
        gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
        gridTemplateRows: `repeat(${rows}, minmax(0, 1fr))`,
      }}
    >
      {cells.map((cell, tile) => {
        const camera = tiles[tile] ?? null;
        return (
          <Tile
            // biome-ignore lint/suspicious/noArrayIndexKey: a tile is its place; cameras come and go in it
            key={tile}
            tile={tile}
            cell={cell}
            cameraId={camera}
            camera={camera === null ? undefined : cameras.get(camera)}
            focused={tile === focused}
            maximised={maximised === tile}
            hidden={maximised !== null && maximised !== tile}
          />
        );
      })}
      {tiles.every((camera) => camera === null) && (
        <p className="sr-only" role="status">
          {t('wall:empty')}
        </p>
      )}
    </div>
  );
}
