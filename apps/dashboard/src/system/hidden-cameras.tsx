import { Eye } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { AgencyMark } from '../cameras/agency-mark.tsx';
import { cameraName } from '../cameras/camera-name.ts';
import { useCameras } from '../cameras/cameras-query.ts';
import { hideCamera } from '../cameras/hide-camera.ts';
import { useFormat } from '../format/use-format.ts';
import { useSettings } from '../settings/settings-store.ts';
import { Button } from '../ui/button.tsx';

/** Nothing at all while no camera is hidden. */
export function HiddenCameras() {
  const { t } = useTranslation();
  const format = useFormat();
  const language = useSettings((s) => s.language);
  const hidden = (useCameras().data ?? []).flatMap((camera) =>
    camera.hidden_since === null ? [] : [{ camera, since: Date.parse(camera.hidden_since) }],
  );
  if (hidden.length === 0) return null;
  return (
    <section>
      <h2 className="mt-8 mb-2 text-16 font-semibold">{t('system:hidden-cameras')}</h2>
      <ul className="rounded-control border border-hairline bg-surface-1">
        {hidden.map(({ camera, since }) => (
          <li
            key={camera.id}
            data-hidden={camera.id}
            className="flex items-center gap-3 border-b border-hairline px-3 py-1.5 text-13 last:border-b-0"
          >
            <AgencyMark source={camera.source} />
            <bdi className="min-w-0 flex-1 truncate font-medium">{cameraName(camera, language)}</bdi>
            <span className="figures text-12 text-text-muted">
              {t('system:since-word', { time: format.since(since) })}
            </span>
            <Button
              tone="quiet"
              aria-label={t('cameras:show-name', { name: cameraName(camera, language) })}
              icon={<Eye size={16} />}
              onClick={() => void hideCamera(camera.id, false)}
            >
              {t('system:show')}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
