import { Eraser, Link2, Maximize, PanelLeftClose, PanelLeftOpen, WandSparkles } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { clearWall, copyWallLink, fillWall, keysOf } from '../commands/commands.ts';
import { useFormat } from '../format/use-format.ts';
import { useFrame } from '../frame/frame-store.ts';
import { useSettings } from '../settings/settings-store.ts';
import { IconButton } from '../ui/icon-button.tsx';
import { geometryOf } from './layout.ts';
import { LayoutPicker } from './layout-picker.tsx';
import { useWall } from './wall-store.ts';

/** What can be done with the wall as a whole. */
export function WallBar() {
  const { t } = useTranslation();
  const format = useFormat();
  const { panelOpen, set } = useSettings();
  const toggleOnlyWall = useFrame((s) => s.toggleOnlyWall);
  const layout = useWall((s) => s.layout);
  const places = geometryOf(layout).cells.length;
  const taken = useWall((s) => s.tiles.slice(0, geometryOf(s.layout).cells.length).filter((c) => c !== null).length);
  const PanelIcon = panelOpen ? PanelLeftClose : PanelLeftOpen;
  return (
    <div className="flex h-11 shrink-0 items-center gap-2 border-b border-hairline bg-surface-1 px-2 compact:h-10">
      <IconButton
        label={t('commands:title.panel')}
        keys={keysOf('panel')}
        aria-expanded={panelOpen}
        icon={<PanelIcon size={18} className="rtl:-scale-x-100" />}
        onClick={() => set({ panelOpen: !panelOpen })}
      />
      <LayoutPicker />
      <p className="figures ms-2 text-12 whitespace-nowrap text-text-muted">
        {t('wall:taken', { taken: format.number(taken), places: format.number(places) })}
      </p>
      <div className="ms-auto flex items-center gap-1">
        <IconButton
          label={t('commands:title.fill')}
          keys={keysOf('fill')}
          icon={<WandSparkles size={18} />}
          onClick={fillWall}
        />
        <IconButton
          label={t('commands:title.clear')}
          keys={keysOf('clear')}
          disabled={taken === 0}
          icon={<Eraser size={18} />}
          onClick={clearWall}
        />
        <IconButton
          label={t('commands:title.copy-link')}
          keys={keysOf('copy-link')}
          icon={<Link2 size={18} />}
          onClick={() => void copyWallLink()}
        />
        <IconButton
          label={t('commands:title.only-wall')}
          keys={keysOf('only-wall')}
          icon={<Maximize size={18} />}
          onClick={toggleOnlyWall}
        />
      </div>
    </div>
  );
}
