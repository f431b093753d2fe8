import type { RoomViewer } from '@marsad/contract';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client.ts';
import { errorSentence } from '../api/error-sentence.ts';
import { queryClient } from '../cameras/cameras-query.ts';
import { personName } from '../format/person-name.ts';
import { useFormat } from '../format/use-format.ts';
import { useSettings } from '../settings/settings-store.ts';
import { showToast } from '../ui/toast-store.ts';
import { protocolName } from './protocol-name.ts';
import { roomQuery } from './room-queries.ts';

/** Who is in a room; each can be taken out. */
export function RoomViewers({ room, viewers }: { room: string; viewers: readonly RoomViewer[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const language = useSettings((s) => s.language);
  const [removing, setRemoving] = useState<string | null>(null);

  const remove = async (viewer: RoomViewer) => {
    const { identity } = viewer;
    setRemoving(identity);
    try {
      await api.rooms.removeParticipant({ params: { room, identity } });
      showToast(t('system:removed', { user: personName(viewer, language, identity) }));
    } catch (error) {
      showToast(errorSentence(error), { tone: 'alarm' });
    }
    setRemoving(null);
    await queryClient.invalidateQueries({ queryKey: roomQuery(room).queryKey });
  };

  return (
    <section>
      <h3 className="mb-1 text-14 font-semibold">{t('system:room-watchers')}</h3>
      {viewers.length === 0 && <p className="text-13 text-text-2">{t('system:no-watchers')}</p>}
      <ul>
        {viewers.map((viewer) => (
          <li
            key={viewer.identity}
            data-viewer={viewer.identity}
            className="flex items-center gap-3 border-b border-hairline py-2 text-13"
          >
            <span className="min-w-0 flex-1">
              <bdi className="block truncate font-medium" title={viewer.identity}>
                {personName(viewer, language, viewer.identity)}
              </bdi>
              <span className="figures block text-12 text-text-muted">
                <bdi dir="ltr">{protocolName(viewer.protocol)}</bdi>
                {' · '}
                {viewer.connected
                  ? t('system:since-word', { time: format.since(Date.parse(viewer.joined_at)) })
                  : t('system:not-connected')}
              </span>
            </span>
            <button
              type="button"
              disabled={removing !== null}
              aria-label={t('system:remove-name', { user: personName(viewer, language, viewer.identity) })}
              title={t('system:remove-means', { user: personName(viewer, language, viewer.identity) })}
              className="h-8 shrink-0 rounded-control px-3 font-medium text-alarm hover:bg-alarm-soft disabled:opacity-60"
              onClick={() => void remove(viewer)}
            >
              {t('system:remove')}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
