import type { HeldReservationView } from '@marsad/contract';
import { useTranslation } from 'react-i18next';
import { AgencyMark } from '../cameras/agency-mark.tsx';
import { agencyName, cameraName } from '../cameras/camera-name.ts';
import { useAgencies, useCamerasById } from '../cameras/cameras-query.ts';
import { personName } from '../format/person-name.ts';
import { useFormat } from '../format/use-format.ts';
import { useSettings } from '../settings/settings-store.ts';

interface Props {
  reservation: HeldReservationView;
  place: number;
  /** Reservations of this camera; null while not known. */
  viewers: number | null;
  onEnd: () => void;
}

const cell = 'h-11 border-b border-hairline px-3 align-middle compact:h-10';

export function ReservationRow({ reservation: held, place, viewers, onEnd }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const language = useSettings((s) => s.language);
  const agencies = useAgencies();
  const known = useCamerasById().get(held.camera_id);
  const camera = known ? cameraName(known, language) : held.camera_name;
  const user = personName(held, language, held.user_id);
  const wall = held.room_name.startsWith('wall_');
  return (
    <tr className="hover:bg-surface-2" aria-rowindex={place} data-reservation={held.reservation_id}>
      <th scope="row" className={`${cell} text-start font-medium`}>
        <bdi className="block truncate" title={camera}>
          {camera}
        </bdi>
      </th>
      <td className={cell}>
        <bdi className="block truncate" title={user}>
          {user}
        </bdi>
      </td>
      <td className={cell}>
        <span className="flex items-center gap-2">
          <AgencyMark source={held.source} />
          <span className="truncate">{agencyName(agencies, held.source, language)}</span>
        </span>
      </td>
      <td className={`${cell} text-text-2`}>
        <span title={held.room_name}>{wall ? t('streams:room-wall') : t('streams:room-own')}</span>
      </td>
      <td className={`${cell} figures text-text-2`}>
        <bdi>{format.since(Date.parse(held.created_at))}</bdi>
      </td>
      <td className={`${cell} figures text-text-2`}>
        <bdi>{format.since(Date.parse(held.expires_at))}</bdi>
      </td>
      <td className={`${cell} figures`}>{viewers === null ? '–' : format.number(viewers)}</td>
      <td className={cell}>
        <span className="flex justify-end">
          <button
            type="button"
            aria-label={t('streams:end-name', { user, camera })}
            className="h-8 rounded-control px-3 font-medium text-alarm hover:bg-alarm-soft"
            onClick={onEnd}
          >
            {t('streams:end')}
          </button>
        </span>
      </td>
    </tr>
  );
}
