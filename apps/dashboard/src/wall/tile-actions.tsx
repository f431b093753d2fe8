import { Expand, Maximize2, Minimize2, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Hint } from '../ui/hint.tsx';
import { useWall } from './wall-store.ts';

interface Props {
  tile: number;
  name: string;
  /** By Tab: only in the tile that has the focus, or 64 tiles were 192 stops. */
  reachable: boolean;
  maximised: boolean;
}

/** One row, always in the same order. */
export function TileActions({ tile, name, reachable, maximised }: Props) {
  const { t } = useTranslation();
  const action = (label: string, keys: string, icon: ReactNode, run: (button: HTMLElement) => void) => (
    <Hint label={label} keys={keys}>
      <button
        type="button"
        tabIndex={reachable ? 0 : -1}
        aria-label={`${label}: ${name}`}
        onClick={(event) => run(event.currentTarget)}
        onDoubleClick={(event) => event.stopPropagation()}
      >
        {icon}
      </button>
    </Hint>
  );
  return (
    <div className="tile-actions">
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
