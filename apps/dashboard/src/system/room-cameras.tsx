import type { RoomCamera } from '@marsad/contract';
import { Eye, EyeOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { cameraName } from '../cameras/camera-name.ts';
import { useCamerasById } from '../cameras/cameras-query.ts';
import { hideCamera } from '../cameras/hide-camera.ts';
import { StateMark } from '../cameras/state-mark.tsx';
import { useSettings } from '../settings/settings-store.ts';
import { Button } from '../ui/button.tsx';

/** What a room shows. Hiding a camera here hides it everywhere. */
export function RoomCameras({ cameras }: { cameras: readonly RoomCamera[] }) {
  const { t } = useTranslation();
  const language = useSettings((s) => s.language);
  const known = useCamerasById();
  return (
    <section>
      <h3 className="mb-1 text-14 font-semibold">{t('system:room-pictures')}</h3>
      <ul>
        {cameras.map((shown) => {
          const camera = known.get(shown.camera_id);
          const name = camera ? cameraName(camera, language) : shown.name;
          const hidden = camera !== undefined && camera.hidden_since !== null;
          const state = hidden || shown.state_reason === 'HIDDEN' ? 'hidden' : shown.state;
          return (
            <li key={shown.identity} className="flex items-center gap-3 border-b border-hairline py-2 text-13">
              <span className="min-w-0 flex-1">
                <bdi className="block truncate font-medium">{name}</bdi>
                <span className="flex items-center gap-2">
                  {state && <StateMark state={state} />}
                  {shown.muted && state === 'live' && (
                    <span className="text-12 text-text-muted">{t('system:muted')}</span>
                  )}
                </span>
              </span>
              {camera && (
                <Button
                  tone="quiet"
                  aria-label={t(hidden ? 'cameras:show-name' : 'cameras:hide-name', { name })}
                  icon={hidden ? <Eye size={16} /> : <EyeOff size={16} />}
                  onClick={() => void hideCamera(camera.id, !hidden)}
                >
                  {t(hidden ? 'system:show' : 'system:hide')}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
