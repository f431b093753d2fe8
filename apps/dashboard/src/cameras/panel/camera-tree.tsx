import type { Camera } from '@marsad/contract';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type Ref, useImperativeHandle, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { useSettings } from '../../settings/settings-store.ts';
import { Button } from '../../ui/button.tsx';
import { showToast } from '../../ui/toast-store.ts';
import { growFor, useWall } from '../../wall/wall-store.ts';
import { cameraName } from '../camera-name.ts';
import { useAgencies } from '../cameras-query.ts';
import { AgencyRow } from './agency-row.tsx';
import { CameraRow } from './camera-row.tsx';
import { panelRows } from './panel-rows.ts';
import { useTilePick } from './tile-pick.ts';
import { useSelection } from './use-selection.ts';

interface Props {
  cameras: readonly Camera[];
  searching: boolean;
  ref: Ref<HTMLDivElement>;
}

/** Agencies and their cameras, by pointer or keyboard onto the wall. Rows exist only where they can be seen. */
export function CameraTree({ cameras, searching, ref }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const language = useSettings((s) => s.language);
  const density = useSettings((s) => s.density);
  const agencies = useAgencies();
  const box = useRef<HTMLDivElement>(null);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [active, setActive] = useState(0);
  const [inside, setInside] = useState(false);

  const rows = useMemo(() => {
    const { compare } = new Intl.Collator(language, { numeric: true });
    return panelRows(
      cameras,
      agencies,
      searching ? new Set() : closed,
      (camera) => cameraName(camera, language),
      compare,
    );
  }, [cameras, agencies, closed, searching, language]);
  const order = useMemo(() => rows.flatMap((row) => (row.kind === 'camera' ? [row.camera.id] : [])), [rows]);
  const selection = useSelection(order);

  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => (density === 'compact' ? 32 : 36),
    overscan: 12,
    getItemKey: (index) => {
      const row = rows[index];
      return row?.kind === 'camera' ? row.camera.id : (row?.code ?? index);
    },
  });
  useImperativeHandle(ref, () => {
    if (!box.current) throw new Error('the tree is not mounted');
    return box.current;
  });

  const place = (wanted: readonly string[]) => {
    const shown = new Set(useWall.getState().tiles);
    const fresh = wanted.filter((camera) => !shown.has(camera));
    if (fresh.length === 0) return showToast(t('wall:already-shown'));
    if (fresh.length > 1) growFor(useWall.getState().tiles.filter(Boolean).length + fresh.length);
    const placed = useWall.getState().place(fresh);
    if (placed < fresh.length)
      showToast(t('wall:full', { rest: format.number(fresh.length - placed) }), { tone: 'alarm' });
    selection.clear();
  };
  const row = rows[Math.min(active, rows.length - 1)];
  const chosen = selection.ids.size > 0 ? [...selection.ids] : row?.kind === 'camera' ? [row.camera.id] : [];
  const pick = useTilePick((tile) => {
    const [camera] = chosen;
    if (camera !== undefined) useWall.getState().placeAt(camera, tile);
  });

  const toggle = (code: string) =>
    setClosed((before) => {
      const next = new Set(before);
      if (!next.delete(code)) next.add(code);
      return next;
    });
  const moveTo = (index: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, index));
    setActive(next);
    virtual.scrollToIndex(next);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const rightToLeft = document.documentElement.dir === 'rtl';
    const forward = event.key === (rightToLeft ? 'ArrowLeft' : 'ArrowRight');
    const backward = event.key === (rightToLeft ? 'ArrowRight' : 'ArrowLeft');
    if (event.key === 'ArrowDown') moveTo(active + 1);
    else if (event.key === 'ArrowUp') moveTo(active - 1);
    else if (event.key === 'Home') moveTo(0);
    else if (event.key === 'End') moveTo(rows.length - 1);
    else if (event.key === 'PageDown') moveTo(active + 12);
    else if (event.key === 'PageUp') moveTo(active - 12);
    else if (row?.kind === 'agency' && (event.key === 'Enter' || (forward && !row.open) || (backward && row.open)))
      toggle(row.code);
    else if (row?.kind === 'agency' && forward) moveTo(active + 1);
    else if (row?.kind === 'camera' && backward) {
      moveTo(rows.findLastIndex((other, i) => i < active && other.kind === 'agency'));
    } else if (row?.kind === 'camera' && event.key === 'Enter') place(chosen);
    else if (row?.kind === 'camera' && event.key === ' ') selection.toggle(row.camera.id);
    else if (event.key === 'Escape' && selection.ids.size > 0) selection.clear();
    else if (/^Digit\d$|^Numpad\d$/.test(event.code) && chosen.length > 0) pick.digit(Number(event.code.at(-1)));
    else return;
    event.preventDefault();
  };

  return (
    <>
      <div
        ref={box}
        role="tree"
        aria-label={t('cameras:panel')}
        aria-multiselectable="true"
        aria-activedescendant={`row-${active}`}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onFocus={() => setInside(true)}
        onBlur={() => setInside(false)}
        className="min-h-0 flex-1 overflow-y-auto overscroll-contain -outline-offset-2"
      >
        <div role="presentation" className="relative w-full" style={{ blockSize: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const shown = rows[item.index];
            if (!shown) return null;
            const common = {
              id: `row-${item.index}`,
              active: inside && item.index === active,
              style: { insetBlockStart: item.start, blockSize: item.size },
            };
            return shown.kind === 'agency' ? (
              <AgencyRow key={item.key} {...common} row={shown} onToggle={() => toggle(shown.code)} />
            ) : (
              <CameraRow
                key={item.key}
                {...common}
                row={shown}
                selected={selection.ids.has(shown.camera.id)}
                carried={() => (selection.ids.has(shown.camera.id) ? [...selection.ids] : [shown.camera.id])}
                onPick={(event) => {
                  setActive(item.index);
                  selection.click(shown.camera.id, event);
                }}
                onPlace={() => place([shown.camera.id])}
              />
            );
          })}
        </div>
      </div>
      {pick.typed !== null && (
        <p role="status" className="border-t border-hairline px-4 py-2 text-13">
          {t('cameras:to-tile', { number: format.number(pick.typed) })}
        </p>
      )}
      {selection.ids.size > 0 && (
        <div className="flex items-center gap-2 border-t border-hairline p-2">
          <span className="flex-1 ps-2 text-13 text-text-2">
            {t('cameras:selected', { count: selection.ids.size, number: format.number(selection.ids.size) })}
          </span>
          <Button tone="quiet" onClick={selection.clear}>
            {t('common:cancel')}
          </Button>
          <Button tone="primary" onClick={() => place([...selection.ids])}>
            {t('cameras:place')}
          </Button>
        </div>
      )}
    </>
  );
}
