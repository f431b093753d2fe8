import type { Camera } from '@marsad/contract';
import i18next from 'i18next';
import { api } from '../api/client.ts';
import { errorSentence } from '../api/error-sentence.ts';
import { useSettings } from '../settings/settings-store.ts';
import { showToast } from '../ui/toast-store.ts';
import { cameraName } from './camera-name.ts';
import { camerasQuery, queryClient } from './cameras-query.ts';

const refresh = () => queryClient.invalidateQueries({ queryKey: camerasQuery.queryKey });

/** Removes at once and offers the way back, instead of asking twice. Its recordings stay either way. */
export async function removeCamera(camera: Camera): Promise<void> {
  const name = cameraName(camera, useSettings.getState().language);
  const params = { id: camera.id };
  const failed = (error: unknown) => showToast(errorSentence(error), { tone: 'alarm' });
  const restore = async () => {
    try {
      await api.cameras.restore({ params });
      showToast(i18next.t('cameras:restored', { name }));
    } catch (error) {
      failed(error);
    }
    await refresh();
  };
  try {
    await api.cameras.remove({ params });
    showToast(i18next.t('cameras:removed', { name }), {
      action: { label: i18next.t('common:undo'), run: () => void restore() },
    });
  } catch (error) {
    failed(error);
  }
  await refresh();
}
