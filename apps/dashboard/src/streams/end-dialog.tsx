import { ApiError, type HeldReservationView } from '@marsad/contract';
import { CircleAlert } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client.ts';
import { errorSentence } from '../api/error-sentence.ts';
import { cameraName } from '../cameras/camera-name.ts';
import { queryClient, useCamerasById } from '../cameras/cameras-query.ts';
import { personName } from '../format/person-name.ts';
import { useSettings } from '../settings/settings-store.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { showToast } from '../ui/toast-store.ts';
import { reservationsQuery } from './admin-queries.ts';

interface Props {
  reservation: HeldReservationView;
  onClose: () => void;
}

/** Asked before, because it cannot be undone from here: only the viewer can take the stream again. */
export function EndDialog({ reservation, onClose }: Props) {
  const { t } = useTranslation();
  const language = useSettings((s) => s.language);
  const known = useCamerasById().get(reservation.camera_id);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const camera = known ? cameraName(known, language) : reservation.camera_name;
  const user = personName(reservation, language, reservation.user_id);

  const end = async () => {
    setBusy(true);
    setError(null);
    try {
      await api.admin.endReservation({ params: { id: reservation.reservation_id } });
    } catch (failure) {
      // Over already is what was wanted.
      if (!(failure instanceof ApiError && failure.code === 'RESERVATION_NOT_FOUND')) {
        setError(failure);
        setBusy(false);
        return;
      }
    }
    showToast(t('streams:ended', { user, camera }));
    void queryClient.invalidateQueries({ queryKey: reservationsQuery.queryKey });
    onClose();
  };

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('streams:end-title')}
      description={t('streams:end-means', { user, camera })}
      footer={
        <>
          <Button onClick={onClose}>{t('common:cancel')}</Button>
          <Button tone="alarm" busy={busy} onClick={() => void end()}>
            {t('streams:end-title')}
          </Button>
        </>
      }
    >
      <div role="alert" className="text-13">
        {error !== null ? (
          <p className="flex items-start gap-2 text-alarm">
            <CircleAlert size={16} className="mt-0.5 shrink-0" aria-hidden="true" />
            {errorSentence(error)}
          </p>
        ) : null}
      </div>
      <p className="text-13 text-text-2">{t('streams:end-again')}</p>
    </Dialog>
  );
}
