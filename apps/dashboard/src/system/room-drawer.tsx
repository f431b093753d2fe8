import { ApiError } from '@marsad/contract';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { errorSentence } from '../api/error-sentence.ts';
import { useCamerasById } from '../cameras/cameras-query.ts';
import { useSettings } from '../settings/settings-store.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { MessageForm } from './message-form.tsx';
import { RoomCameras } from './room-cameras.tsx';
import { roomWords } from './room-name.ts';
import { roomQuery } from './room-queries.ts';
import { RoomViewers } from './room-viewers.tsx';

/** One room: who watches, what is shown, and a message to them. */
export function RoomDrawer({ room, onClose }: { room: string; onClose: () => void }) {
  const { t } = useTranslation();
  const language = useSettings((s) => s.language);
  const cameras = useCamerasById();
  const { data, error } = useQuery({ ...roomQuery(room), refetchInterval: 3000 });
  const gone = error instanceof ApiError && error.code === 'ROOM_NOT_FOUND';
  return (
    <Dialog
      open
      shape="drawer"
      onOpenChange={(open) => !open && onClose()}
      title={roomWords(room, cameras, language, t)}
      description={room}
    >
      {gone ? (
        <p className="text-13 text-text-2">{t('system:room-gone')}</p>
      ) : data === undefined && error ? (
        <p className="text-13 text-alarm" role="alert">
          {errorSentence(error)}
        </p>
      ) : data === undefined ? (
        <div className="flex flex-col gap-3">
          <Skeleton className="h-4 w-40" />
          <Skeleton className="h-8 w-full" />
          <Skeleton className="h-8 w-full" />
        </div>
      ) : (
        <div className="flex flex-col gap-6">
          <MessageForm room={room} viewers={data.viewers} />
          <RoomViewers room={room} viewers={data.viewers} />
          <RoomCameras cameras={data.cameras} />
        </div>
      )}
    </Dialog>
  );
}
