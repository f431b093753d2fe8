import type { MediaNodeInfo } from '@marsad/contract';
import { CircleCheck, Unplug } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../format/use-format.ts';
import { Skeleton } from '../ui/skeleton.tsx';

const head = 'h-9 border-b border-hairline px-3 text-start text-12 font-medium text-text-muted';
const cell = 'h-12 border-b border-hairline px-3 compact:h-10';

export function NodeTable({ nodes }: { nodes: readonly MediaNodeInfo[] | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className="overflow-x-auto">
      <table className="w-full border-separate border-spacing-0 text-13">
        <thead>
          <tr>
            <th scope="col" className={head}>
              {t('system:node')}
            </th>
            <th scope="col" className={head}>
              {t('system:connection')}
            </th>
            <th scope="col" className={head}>
              {t('system:roles')}
            </th>
            <th scope="col" className={head}>
              {t('system:node-cameras')}
            </th>
            <th scope="col" className={head}>
              {t('system:node-streams')}
            </th>
            <th scope="col" className={head}>
              {t('system:address')}
            </th>
            <th scope="col" className={head}>
              {t('system:running-since')}
            </th>
          </tr>
        </thead>
        <tbody>
          {nodes === null && (
            <tr>
              <td colSpan={7} className={cell}>
                <Skeleton className="h-3 w-full" />
              </td>
            </tr>
          )}
          {nodes?.map((node) => (
            <tr key={node.id}>
              <th scope="row" className={`${cell} text-start font-medium`}>
                <bdi dir="ltr">{node.id}</bdi>
              </th>
              <td className={cell}>
                <span className="inline-flex items-center gap-1.5">
                  {node.connected ? (
                    <CircleCheck size={15} className="text-well" aria-hidden="true" />
                  ) : (
                    <Unplug size={15} className="text-alarm" aria-hidden="true" />
                  )}
                  {node.connected ? t('system:connected') : t('system:disconnected')}
                </span>
              </td>
              <td className={cell}>
                {node.roles.map((role) => t(`system:role.${role}`)).join(t('common:list-separator'))}
              </td>
              <td className={`${cell} figures`}>{format.number(node.cameras)}</td>
              <td className={`${cell} figures`}>{format.number(node.streams)}</td>
              <td className={`${cell} text-text-2`}>
                <bdi dir="ltr">{node.public_url ?? t('system:same-host')}</bdi>
              </td>
              <td className={`${cell} figures text-text-2`}>
                <bdi>{format.dateTime(Date.parse(node.started_at))}</bdi>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
