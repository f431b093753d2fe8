import { Command as Palette } from 'cmdk';
import { Search } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { useTranslation } from 'react-i18next';
import { AgencyMark } from '../cameras/agency-mark.tsx';
import { cameraName } from '../cameras/camera-name.ts';
import { useCameras } from '../cameras/cameras-query.ts';
import { useFrame } from '../frame/frame-store.ts';
import { useSettings } from '../settings/settings-store.ts';
import { Keys } from '../ui/keys.tsx';
import { useWall } from '../wall/wall-store.ts';
import type { ReadyCommand } from './use-commands.ts';

const itemClass =
  'flex h-9 cursor-default items-center gap-3 rounded-tile px-3 text-14 data-[selected=true]:bg-surface-3 compact:h-8';
const groupClass =
  '[&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:pt-3 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-12 [&_[cmdk-group-heading]]:text-text-muted';

/** Every action by its name, in either language, and every camera. */
export function CommandPalette({ commands }: { commands: readonly ReadyCommand[] }) {
  const { t, i18n } = useTranslation();
  const { open, setOpen } = useFrame();
  const shown = open === 'palette';
  const language = useSettings((s) => s.language);
  const cameras = useCameras(shown).data ?? [];
  const close = (then: () => void) => {
    setOpen(null);
    then();
  };
  const groups = ['go', 'wall', 'view', 'session'] as const;
  const other = i18n.getFixedT(language === 'ar' ? 'en' : 'ar');
  return (
    <Dialog.Root open={shown} onOpenChange={(next) => setOpen(next ? 'palette' : null)}>
      <Dialog.Portal>
        <Dialog.Overlay className="fade fixed inset-0 z-40 bg-overlay" />
        <Dialog.Content
          aria-describedby={undefined}
          className="appear fixed inset-x-4 top-[14vh] z-40 mx-auto max-w-xl overflow-hidden rounded-control border border-hairline bg-surface-1 shadow-float outline-none"
        >
          <Dialog.Title className="sr-only">{t('commands:palette')}</Dialog.Title>
          <Palette label={t('commands:palette')} loop>
            <div className="flex items-center gap-3 border-b border-hairline px-4">
              <Search size={18} className="text-text-muted" />
              <Palette.Input
                placeholder={t('commands:placeholder')}
                className="h-12 flex-1 bg-transparent text-16 outline-none placeholder:text-text-muted"
              />
            </div>
            <Palette.List className="max-h-[52vh] overflow-y-auto p-2">
              <Palette.Empty className="px-3 py-8 text-center text-13 text-text-2">{t('commands:none')}</Palette.Empty>
              {groups.map((group) => (
                <Palette.Group key={group} heading={t(`commands:group.${group}`)} className={groupClass}>
                  {commands
                    .filter((command) => command.group === group && command.id !== 'palette')
                    .map((command) => (
                      <Palette.Item
                        key={command.id}
                        value={command.id}
                        keywords={[t(`commands:title.${command.id}`), other(`commands:title.${command.id}`)]}
                        onSelect={() => close(command.run)}
                        className={itemClass}
                      >
                        <span className="flex-1">{t(`commands:title.${command.id}`)}</span>
                        <Keys keys={command.keys} />
                      </Palette.Item>
                    ))}
                </Palette.Group>
              ))}
              <Palette.Group heading={t('commands:cameras')} className={groupClass}>
                {cameras.map((camera) => (
                  <Palette.Item
                    key={camera.id}
                    value={camera.id}
                    keywords={[camera.name, camera.name_ar]}
                    onSelect={() => close(() => useWall.getState().place([camera.id]))}
                    className={itemClass}
                  >
                    <AgencyMark source={camera.source} />
                    <bdi className="flex-1 truncate">{cameraName(camera, language)}</bdi>
                    <span className="text-12 text-text-muted">{t('commands:show')}</span>
                  </Palette.Item>
                ))}
              </Palette.Group>
            </Palette.List>
          </Palette>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
