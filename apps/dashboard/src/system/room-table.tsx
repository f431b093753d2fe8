import type { RoomView } from '@marsad/contract';
import { useTranslation } from 'react-i18next';
import { useCamerasById } from '../cameras/cameras-query.ts';
import { useFormat } from '../format/use-format.ts';
import { useSettings } from '../settings/settings-store.ts';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { roomWords } from './room-name.ts';

const head =
  'sticky top-0 h-9 border-b border-hairline bg-surface-1 px-3 text-start text-12 font-medium text-text-muted';
const cell = 'h-11 border-b border-hairline px-3 compact:h-10';

export function RoomTable({ rooms, onOpen }: { rooms: readonly RoomView[] | null; onOpen: (room: string) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const language = useSettings((s) => s.language);
  const cameras = useCamerasById();
  const columns = ['room', 'room-edge', 'room-cameras', 'room-viewers', 'room-since'] as const;
  return (
    <ScrollRegion
      label={t('system:rooms')}
      className="max-h-96 overflow-auto rounded-control border border-hairline bg-surface-1"
    >
      <table className="w-full min-w-160 table-fixed border-separate border-spacing-0 text-13">
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" className={`${head} ${column === 'room' ? 'w-auto' : 'w-36'}`}>
                {t(`system:${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rooms === null && (
            <tr>
              <td colSpan={columns.length} className={cell}>
                <Skeleton className="h-3 w-full" />
              </td>
            </tr>
          )}
          {rooms?.map((room) => {
            const words = roomWords(room.room_name, cameras, language, t);
            return (
              <tr key={room.room_name} className="hover:bg-surface-2" data-room={room.room_name}>
                <th scope="row" className={`${cell} text-start font-medium`}>
                  <button
                    type="button"
                    className="flex h-8 w-full min-w-0 items-center gap-2 text-start hover:text-accent"
                    title={t('system:open-room', { room: room.room_name })}
                    onClick={() => onOpen(room.room_name)}
                  >
                    <bdi className="shrink-0">{words}</bdi>
                    <bdi dir="ltr" className="truncate text-12 font-normal text-text-muted">
                      {room.room_name}
                    </bdi>
                  </button>
                </th>
                <td className={`${cell} text-text-2`}>
                  <bdi dir="ltr" className="block truncate">
                    {room.edge}
                  </bdi>
                </td>
                <td className={`${cell} figures`}>{format.number(room.cameras)}</td>
                <td className={`${cell} figures`}>{format.number(room.viewers)}</td>
                <td className={`${cell} figures text-text-2`}>
                  <bdi>{format.since(Date.parse(room.created_at))}</bdi>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
