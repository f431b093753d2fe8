import type { Camera } from '@marsad/contract';
import { Expand, ListX, Maximize2, Minimize2, Move, RotateCcw, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useUser } from '../session/use-session.ts';
import { Hint } from '../ui/hint.tsx';
import type { Condition } from './live/condition.ts';
import type { Feed } from './live/feed.ts';
import { wallSession } from './live/live.ts';
import { MakeRoom } from './make-room.tsx';
import { mayMove } from './moving/may-move.ts';
import { toggleMoving } from './moving/toggle-moving.ts';
import { useWall } from './wall-store.ts';

interface Props {
  tile: number;
  name: string;
  camera: Camera | undefined;
  condition: Condition;
  feed: Feed;
  /** By Tab: only in the tile that has the focus, or 64 tiles were 192 stops. */
  reachable: boolean;
  maximised: boolean;
  moving: boolean;
}

/** One row, always in the same order. */
export function TileActions({ tile, name, camera, condition, feed, reachable, maximised, moving }: Props) {
  const { t } = useTranslation();
  const user = useUser();
  const action = (
    label: string,
    keys: string,
    icon: ReactNode,
    run: (button: HTMLElement) => void,
    pressed?: boolean,
  ) => (
    <Hint label={label} keys={keys}>
      <button
        type="button"
        tabIndex={reachable ? 0 : -1}
        aria-label={`${label}: ${name}`}
        aria-pressed={pressed}
        onClick={(event) => run(event.currentTarget)}
        onDoubleClick={(event) => event.stopPropagation()}
      >
        {icon}
      </button>
    </Hint>
  );
  return (
    <div className="tile-actions">
      {/* Also where the tile is too small for a button under its words. */}
      {condition.kind === 'refused' && (
        <MakeRoom condition={condition} wanted={feed.camera}>
          <button
            type="button"
            tabIndex={reachable ? 0 : -1}
            aria-label={`${t('wall:make-room')} ${name}`}
            title={t('wall:make-room')}
          >
            <ListX size={16} />
          </button>
        </MakeRoom>
      )}
      {condition.kind === 'ended' &&
        action(t('wall:reserve-again'), 'R', <RotateCcw size={16} />, () => wallSession.retry(feed.camera))}
      {(condition.kind === 'live' || moving) &&
        mayMove(camera, user) &&
        action(t('wall:move'), 'P', <Move size={16} />, () => toggleMoving(tile), moving)}
      {action(
        maximised ? t('wall:restore') : t('wall:maximise'),
        'Enter',
        maximised ? <Minimize2 size={16} /> : <Maximize2 size={16} />,
        () => useWall.getState().maximise(maximised ? null : tile),
      )}
      {action(t('wall:full-screen'), 'Shift+Enter', <Expand size={16} />, (button) => {
        if (document.fullscreenElement) void document.exitFullscreen();
        else void button.closest('.tile')?.requestFullscreen();
      })}
      {action(t('wall:remove'), 'Delete', <X size={16} />, () => useWall.getState().remove(tile))}
    </div>
  );
}
