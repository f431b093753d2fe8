import { draggable } from '@atlaskit/pragmatic-drag-and-drop/element/adapter';
import { Plus } from 'lucide-react';
import { type CSSProperties, type MouseEvent, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useSettings } from '../../settings/settings-store.ts';
import { cx } from '../../ui/class-names.ts';
import { geometryOf } from '../../wall/layout.ts';
import { useWall } from '../../wall/wall-store.ts';
import { cameraName } from '../camera-name.ts';
import { StateMark } from '../state-mark.tsx';
import type { PanelRow } from './panel-rows.ts';

interface Props {
  id: string;
  row: Extract<PanelRow, { kind: 'camera' }>;
  active: boolean;
  selected: boolean;
  style: CSSProperties;
  /** What a drag from here takes along: the selection, or this camera. */
  carried: () => readonly string[];
  onPick: (event: MouseEvent) => void;
  onPlace: () => void;
}

export function CameraRow({ id, row, active, selected, style, carried, onPick, onPlace }: Props) {
  const { t } = useTranslation();
  const language = useSettings((s) => s.language);
  const { camera } = row;
  const box = useRef<HTMLDivElement>(null);
  const latest = useRef(carried);
  latest.current = carried;
  const shown = useWall((s) => s.tiles.slice(0, geometryOf(s.layout).cells.length).includes(camera.id));
  const name = cameraName(camera, language);

  useEffect(() => {
    if (!box.current) return;
    return draggable({ element: box.current, getInitialData: () => ({ kind: 'cameras', cameras: latest.current() }) });
  }, []);

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the keys
    <div
      ref={box}
      id={id}
      role="treeitem"
      aria-level={2}
      aria-posinset={row.place}
      aria-setsize={row.of}
      aria-selected={selected}
      tabIndex={-1}
      data-camera={camera.id}
      onClick={onPick}
      onDoubleClick={onPlace}
      style={style}
      className={cx(
        'group absolute inset-x-0 flex cursor-grab items-center gap-2 ps-8 pe-3 text-13 select-none hover:bg-surface-2 active:cursor-grabbing',
        selected && 'bg-accent-soft hover:bg-accent-soft',
        active && 'row-active',
      )}
    >
      <span
        aria-hidden="true"
        className={cx(
          'absolute inset-y-0 start-4 my-auto h-4 w-0.5 rounded-full',
          shown ? 'bg-accent' : 'bg-transparent',
        )}
      />
      <bdi className={cx('min-w-0 flex-1 truncate', shown && 'text-accent')} title={name}>
        {name}
      </bdi>
      <span className="group-hover:hidden">
        <StateMark state={camera.state} />
      </span>
      {shown && <span className="sr-only">{t('cameras:on-the-wall')}</span>}
      <Plus size={16} aria-hidden="true" className="hidden text-text-2 group-hover:block" onClick={onPlace} />
    </div>
  );
}
