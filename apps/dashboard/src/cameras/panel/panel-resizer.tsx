import { type KeyboardEvent, type PointerEvent, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { panelWidthBounds, useSettings } from '../../settings/settings-store.ts';

const { min, max } = panelWidthBounds;
const bounded = (width: number) => Math.round(Math.min(max, Math.max(min, width)));

/** The edge of the camera panel, by pointer and by arrow keys. Widths grow towards the inline end. */
export function PanelResizer() {
  const { t } = useTranslation();
  const { panelWidth, set } = useSettings();
  const start = useRef<{ x: number; width: number } | null>(null);
  const sign = () => (document.documentElement.dir === 'rtl' ? -1 : 1);

  const onPointerMove = (event: PointerEvent) => {
    if (start.current) set({ panelWidth: bounded(start.current.width + (event.clientX - start.current.x) * sign()) });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 16 : event.key === 'ArrowLeft' ? -16 : 0;
    if (step === 0) return;
    event.preventDefault();
    set({ panelWidth: bounded(panelWidth + step * sign()) });
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: a separator that can be moved, as ARIA describes it; <hr> cannot be
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={t('cameras:panel-width')}
      aria-valuemin={min}
      aria-valuemax={max}
      aria-valuenow={panelWidth}
      tabIndex={0}
      className="relative z-10 w-px shrink-0 cursor-col-resize touch-none bg-hairline transition-colors before:absolute before:inset-y-0 before:-start-1 before:-end-1 hover:bg-accent"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { x: event.clientX, width: panelWidth };
      }}
      onPointerMove={onPointerMove}
      onPointerUp={() => {
        start.current = null;
      }}
      onDoubleClick={() => set({ panelWidth: 304 })}
      onKeyDown={onKeyDown}
    />
  );
}
