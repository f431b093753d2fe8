import { combine } from '@atlaskit/pragmatic-drag-and-drop/combine';
import { draggable, dropTargetForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter';
import type { Camera } from '@marsad/contract';
import { memo, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { cameraName } from '../cameras/camera-name.ts';
import { useFormat } from '../format/use-format.ts';
import { useSettings } from '../settings/settings-store.ts';
import { isWallDrag } from './dragging.ts';
import { EmptyTile } from './empty-tile.tsx';
import type { Cell } from './layout.ts';
import { useCondition, useFeed } from './live/live.ts';
import { useMoving } from './moving/moving-store.ts';
import { TilePicture } from './tile-picture.tsx';
import { wordOf } from './tile-words.ts';
import { useWall } from './wall-store.ts';

interface Props {
  tile: number;
  cell: Cell;
  cameraId: string | null;
  camera: Camera | undefined;
  focused: boolean;
  maximised: boolean;
  hidden: boolean;
}

/** One place on the wall: takes the focus, what is dropped on it, and shows its camera. */
export const Tile = memo(function Tile({ tile, cell, cameraId, camera, focused, maximised, hidden }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const language = useSettings((s) => s.language);
  const box = useRef<HTMLDivElement>(null);
  const [drop, setDrop] = useState(false);
  const [dragging, setDragging] = useState(false);
  const [pointed, setPointed] = useState(false);
  const feed = useFeed(cameraId ?? '');
  const condition = useCondition(feed);
  const number = format.number(tile + 1);
  const name = camera ? cameraName(camera, language) : t('wall:unknown-camera');

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    return combine(
      draggable({
        element,
        // A pull on the picture of a camera that is being moved moves the camera.
        canDrag: () => cameraId !== null && useMoving.getState().camera !== cameraId,
        getInitialData: () => ({ kind: 'tile', tile }),
        onDragStart: () => setDragging(true),
        onDrop: () => setDragging(false),
      }),
      dropTargetForElements({
        element,
        getData: () => ({ tile }),
        canDrop: ({ source }) => isWallDrag(source.data) && !(source.data.kind === 'tile' && source.data.tile === tile),
        onDragEnter: () => setDrop(true),
        onDragLeave: () => setDrop(false),
        onDrop: () => setDrop(false),
      }),
    );
  }, [cameraId, tile]);

  const label = cameraId
    ? t('wall:tile', { number, name, state: t(`states:word.${wordOf(condition)}`) })
    : t('wall:free-tile', { number });

  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of controls that is itself a stop for the keyboard
    <div
      ref={box}
      role="group"
      aria-label={label}
      tabIndex={focused ? 0 : -1}
      data-tile={tile}
      data-filled={cameraId === null ? undefined : ''}
      data-state={cameraId === null ? undefined : condition.kind}
      data-camera={cameraId ?? undefined}
      data-drop={drop ? 'over' : undefined}
      data-dragging={dragging ? '' : undefined}
      onPointerEnter={() => setPointed(true)}
      onPointerLeave={() => setPointed(false)}
      onFocus={() => useWall.getState().focus(tile)}
      onDoubleClick={() => cameraId && useWall.getState().maximise(maximised ? null : tile)}
      className="tile"
      style={{
        gridArea: maximised
          ? '1 / 1 / -1 / -1'
          : `${cell.row + 1} / ${cell.column + 1} / span ${cell.rowSpan} / span ${cell.columnSpan}`,
        ...(hidden ? { display: 'none' } : {}),
      }}
    >
      {cameraId && feed ? (
        <TilePicture
          tile={tile}
          number={number}
          name={name}
          camera={camera}
          feed={feed}
          condition={condition}
          focused={focused}
          pointed={pointed}
          maximised={maximised}
        />
      ) : (
        <EmptyTile number={number} />
      )}
    </div>
  );
});
