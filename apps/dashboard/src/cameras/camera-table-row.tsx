import type { Camera } from '@marsad/contract';
import { Eye, EyeOff, Move, Pencil, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../format/use-format.ts';
import { useSettings } from '../settings/settings-store.ts';
import { IconButton } from '../ui/icon-button.tsx';
import { AgencyMark } from './agency-mark.tsx';
import { agencyName, cameraName } from './camera-name.ts';
import { useAgencies } from './cameras-query.ts';
import { hideCamera } from './hide-camera.ts';
import { removeCamera } from './remove-camera.ts';
import { StateMark } from './state-mark.tsx';

interface Props {
  camera: Camera;
  place: number;
  isAdmin: boolean;
  onEdit: () => void;
}

const cell = 'h-12 border-b border-hairline px-3 align-middle compact:h-10';

export function CameraTableRow({ camera, place, isAdmin, onEdit }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const language = useSettings((s) => s.language);
  const agencies = useAgencies();
  const name = cameraName(camera, language);
  const address = camera.rtsp_url ?? (isAdmin ? camera.path : null);
  const well = camera.state === 'live' || camera.state === 'idle';
  return (
    <tr className="group hover:bg-surface-1" aria-rowindex={place}>
      <th scope="row" className={`${cell} text-start font-medium`}>
        <span className="flex items-center gap-2">
          <bdi className="min-w-0 truncate" title={name}>
            {name}
          </bdi>
          {camera.ptz_enabled && (
            <span className="shrink-0 text-text-muted" title={t('cameras:movable')}>
              <Move size={14} aria-hidden="true" />
              <span className="sr-only">{t('cameras:movable')}</span>
            </span>
          )}
        </span>
        {address && (
          <span className="block truncate text-12 font-normal text-text-muted compact:hidden" title={address}>
            <bdi dir="ltr">{address}</bdi>
          </span>
        )}
      </th>
      <td className={cell}>
        <span className="inline-flex items-center gap-2">
          <AgencyMark source={camera.source} />
          {agencyName(agencies, camera.source, language)}
        </span>
      </td>
      <td className={cell}>
        <StateMark state={camera.hidden_since === null ? camera.state : 'hidden'} />
        {camera.hidden_since !== null ? (
          <span className="block truncate text-12 text-text-muted">
            {t('states:since-time', { time: format.since(Date.parse(camera.hidden_since)) })}
          </span>
        ) : null}
        {camera.hidden_since === null && !well && (
          <span className="block truncate text-12 text-text-muted">
            {camera.state_reason
              ? t(`states:reason-short.${camera.state_reason}`)
              : t('states:since-time', { time: format.since(Date.parse(camera.state_since)) })}
          </span>
        )}
      </td>
      <td className={`${cell} figures text-text-2`}>
        {camera.width && camera.height ? (
          <bdi dir="ltr">
            {format.number(camera.width, { useGrouping: false })}×{format.number(camera.height, { useGrouping: false })}
            {camera.frame_rate ? ` · ${format.number(Math.round(camera.frame_rate))} fps` : ''}
          </bdi>
        ) : (
          <span className="text-text-muted">{t('cameras:unknown')}</span>
        )}
      </td>
      <td className={`${cell} text-text-2`}>{t(`cameras:mode-${camera.ingest === 'push' ? 'push' : camera.mode}`)}</td>
      {isAdmin && (
        <td className={cell}>
          <span className="flex justify-end gap-1">
            <IconButton label={t('cameras:edit-name', { name })} icon={<Pencil size={16} />} onClick={onEdit} />
            <IconButton
              label={t(camera.hidden_since === null ? 'cameras:hide-name' : 'cameras:show-name', { name })}
              icon={camera.hidden_since === null ? <EyeOff size={16} /> : <Eye size={16} />}
              onClick={() => void hideCamera(camera.id, camera.hidden_since === null)}
            />
            <IconButton
              label={t('cameras:remove-name', { name })}
              icon={<Trash2 size={16} />}
              onClick={() => void removeCamera(camera)}
            />
          </span>
        </td>
      )}
    </tr>
  );
}
