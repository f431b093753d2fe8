import type { MediaNodeInfo, NodeFigures } from '@marsad/contract';
import { CircleCheck, Unplug } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../format/use-format.ts';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { bitrate, megabytes } from './amounts.ts';

const head = 'h-9 border-b border-hairline px-3 text-start text-12 font-medium text-text-muted';
const cell = 'h-12 border-b border-hairline px-3 compact:h-10';
const columns = [
  'node',
  'connection',
  'roles',
  'node-cameras',
  'node-streams',
  'node-viewers',
  'node-in',
  'node-out',
  'memory',
  'address',
  'running-since',
] as const;

interface Props {
  /** null while loading. */
  nodes: readonly MediaNodeInfo[] | null;
  figures: readonly NodeFigures[];
}

export function NodeTable({ nodes, figures }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <ScrollRegion label={t('system:nodes')} className="overflow-x-auto">
      <table className="w-full border-separate border-spacing-0 text-13 whitespace-nowrap">
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" className={head}>
                {t(`system:${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {nodes === null && (
            <tr>
              <td colSpan={columns.length} className={cell}>
                <Skeleton className="h-3 w-full" />
              </td>
            </tr>
          )}
          {nodes?.map((node) => {
            const own = figures.find(({ id }) => id === node.id);
            const unknown = <span className="text-text-muted">{t('system:unknown')}</span>;
            return (
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
                <td className={`${cell} figures`}>{own ? format.number(own.viewers) : unknown}</td>
                <td className={`${cell} figures`}>{own ? bitrate(own.bits_in, t, format) : unknown}</td>
                <td className={`${cell} figures`}>{own ? bitrate(own.bits_out, t, format) : unknown}</td>
                <td className={`${cell} figures`}>
                  {own?.memory_bytes ? megabytes(own.memory_bytes, t, format) : unknown}
                </td>
                <td className={`${cell} text-text-2`}>
                  <bdi dir={node.public_url === null ? 'auto' : 'ltr'}>{node.public_url ?? t('system:same-host')}</bdi>
                </td>
                <td className={`${cell} figures text-text-2`}>
                  <bdi>{format.dateTime(Date.parse(node.started_at))}</bdi>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
