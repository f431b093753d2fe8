import { useTranslation } from 'react-i18next';
import { useFrame } from '../frame/frame-store.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Keys } from '../ui/keys.tsx';
import type { ReadyCommand } from './use-commands.ts';

/** Keys of single things, which are no commands: they act on what has the focus. */
const tileKeys = [
  ['move', 'Arrows'],
  ['carry', 'Shift+Arrows'],
  ['maximise', 'Enter'],
  ['full-screen', 'Shift+Enter'],
  ['remove', 'Delete'],
  ['retry', 'R'],
] as const;
/** While the camera of a tile is moved and the tile has the focus. */
const movingKeys = [
  ['direction', 'Arrows'],
  ['zoom-in', 'Plus'],
  ['zoom-out', 'Minus'],
  ['fast', 'Shift'],
  ['speed', 'V'],
  ['home', 'Home'],
  ['preset', '1…9'],
  ['presets', 'G'],
  ['end', 'Escape'],
] as const;
const listKeys = [
  ['place', 'Enter'],
  ['pick', '0…9'],
  ['select', 'Space'],
] as const;

export function ShortcutsDialog({ commands }: { commands: readonly ReadyCommand[] }) {
  const { t } = useTranslation();
  const { open, setOpen } = useFrame();
  const column = (title: string, rows: readonly (readonly [label: string, keys: string])[]) => (
    <section className="mb-6 break-inside-avoid">
      <h3 className="mb-2 text-12 font-medium text-text-muted">{title}</h3>
      <dl className="flex flex-col">
        {rows.map(([label, keys]) => (
          <div
            key={label}
            className="flex min-h-8 items-center justify-between gap-4 border-b border-hairline py-1 last:border-0"
          >
            <dt className="text-13">{label}</dt>
            <dd>
              <Keys keys={keys} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
  return (
    <Dialog
      open={open === 'shortcuts'}
      onOpenChange={(next) => setOpen(next ? 'shortcuts' : null)}
      title={t('commands:title.shortcuts')}
      wide
    >
      <div className="gap-8 sm:columns-2">
        {(['go', 'wall', 'view', 'session'] as const).map((group) => (
          <div key={group}>
            {column(
              t(`commands:group.${group}`),
              commands.filter((c) => c.group === group).map((c) => [t(`commands:title.${c.id}`), c.keys] as const),
            )}
          </div>
        ))}
        {column(
          t('commands:on-tile'),
          tileKeys.map(([id, keys]) => [t(`commands:tile.${id}`), keys] as const),
        )}
        {column(
          t('commands:while-moving'),
          movingKeys.map(([id, keys]) => [t(`commands:moving.${id}`), keys] as const),
        )}
        {column(
          t('commands:in-list'),
          listKeys.map(([id, keys]) => [t(`commands:list.${id}`), keys] as const),
        )}
      </div>
    </Dialog>
  );
}
