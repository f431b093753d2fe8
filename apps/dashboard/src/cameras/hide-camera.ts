import i18next from 'i18next';
import { api } from '../api/client.ts';
import { errorSentence } from '../api/error-sentence.ts';
import { useSettings } from '../settings/settings-store.ts';
import { showToast } from '../ui/toast-store.ts';
import { cameraName } from './camera-name.ts';
import { camerasQuery, queryClient } from './cameras-query.ts';

/** Takes a camera's picture from everybody, or gives it back; the other way is offered at once instead of asking first. */
export async function hideCamera(id: string, hidden: boolean): Promise<void> {
  const params = { id };
  try {
    const camera = await (hidden ? api.cameras.hide({ params }) : api.cameras.show({ params }));
    const name = cameraName(camera, useSettings.getState().language);
    showToast(i18next.t(hidden ? 'cameras:hidden' : 'cameras:shown-again', { name }), {
      action: { label: i18next.t('common:undo'), run: () => void hideCamera(id, !hidden) },
    });
  } catch (error) {
    showToast(errorSentence(error), { tone: 'alarm' });
  }
  await queryClient.invalidateQueries({ queryKey: camerasQuery.queryKey });
}
