import type { Camera, StreamKey } from '@marsad/contract';
import { KeyRound } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client.ts';
import { Button } from '../ui/button.tsx';
import { CopyField } from '../ui/copy-field.tsx';
import { Failure } from '../ui/failure.tsx';
import { showToast } from '../ui/toast-store.ts';

/**
 * Where a camera is published to, and with which key. Looking at it is recorded, so that it is shown when it is asked for;
 * `made` shows it at once: whoever has just made the camera needs it now.
 */
export function Publishing({ camera, made }: { camera: Pick<Camera, 'id'>; made: boolean }) {
  const { t } = useTranslation();
  const { id } = camera;
  const [published, setPublished] = useState<StreamKey | null>(null);
  const [renewing, setRenewing] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  const ask = useCallback(async (question: Promise<StreamKey>) => {
    setBusy(true);
    setError(null);
    try {
      setPublished(await question);
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  }, []);
  const show = useCallback(() => ask(api.cameras.streamKey({ params: { id } })), [ask, id]);
  const renew = async () => {
    setRenewing(false);
    await ask(
      api.cameras.renewStreamKey({ params: { id } }).then((answer) => {
        showToast(t('cameras:key-renewed'));
        return answer;
      }),
    );
  };

  useEffect(() => {
    if (made) void show();
  }, [made, show]);

  return (
    <section className="flex flex-col gap-3 rounded-control border border-hairline p-4">
      <div>
        <h3 className="text-14 font-semibold">{t('cameras:publish')}</h3>
        <p className="mt-1 text-12 text-text-muted">{t('cameras:publish-whoever')}</p>
      </div>
      {published === null ? (
        <Button className="self-start" icon={<KeyRound size={16} />} busy={busy} onClick={() => void show()}>
          {t('cameras:publish-show')}
        </Button>
      ) : (
        <>
          {published.rtsp_url && <CopyField label={t('cameras:publish-rtsp')} value={published.rtsp_url} />}
          {published.whip_url && <CopyField label={t('cameras:publish-whip')} value={published.whip_url} />}
          {!published.rtsp_url && !published.whip_url && (
            <p className="text-13 text-warning">{t('cameras:publish-none')}</p>
          )}
          <CopyField label={t('cameras:stream-key')} value={published.stream_key} />
          {renewing ? (
            <fieldset className="flex flex-col gap-2" aria-label={t('cameras:key-renew')}>
              <p className="text-13 text-text-2">{t('cameras:key-renew-means')}</p>
              <div className="flex gap-2">
                <Button tone="alarm" autoFocus onClick={() => void renew()}>
                  {t('cameras:key-renew')}
                </Button>
                <Button onClick={() => setRenewing(false)}>{t('common:cancel')}</Button>
              </div>
            </fieldset>
          ) : (
            <Button className="self-start" busy={busy} onClick={() => setRenewing(true)}>
              {t('cameras:key-renew')}
            </Button>
          )}
        </>
      )}
      <Failure error={error} />
    </section>
  );
}
