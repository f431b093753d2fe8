import type { Camera } from '@marsad/contract';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useSettings } from '../settings/settings-store.ts';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { CameraTableRow } from './camera-table-row.tsx';

interface Props {
  /** null while loading. */
  cameras: readonly Camera[] | null;
  isAdmin: boolean;
  onEdit: (camera: Camera) => void;
}

const head =
  'sticky top-0 z-10 h-9 border-b border-hairline bg-canvas px-3 text-start text-12 font-medium text-text-muted';

/** A real table: rows out of sight are replaced by one of their height above and one below. */
export function CameraTable({ cameras, isAdmin, onEdit }: Props) {
  const { t } = useTranslation();
  const density = useSettings((s) => s.density);
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: cameras?.length ?? 0,
    getScrollElement: () => box.current,
    estimateSize: () => (density === 'compact' ? 40 : 48),
    overscan: 10,
  });
  const items = virtual.getVirtualItems();
  const above = items[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  const columns = isAdmin ? 6 : 5;
  return (
    <ScrollRegion ref={box} label={t('cameras:list')} className="min-h-0 flex-1 overflow-auto px-3 -outline-offset-2">
      <table
        className="w-full table-fixed border-separate border-spacing-0 text-13"
        aria-rowcount={(cameras?.length ?? 0) + 1}
      >
        <thead>
          <tr>
            <th scope="col" className={`${head} w-auto`}>
              {t('cameras:name')}
            </th>
            <th scope="col" className={`${head} w-44`}>
              {t('cameras:agency')}
            </th>
            <th scope="col" className={`${head} w-72`}>
              {t('cameras:state')}
            </th>
            <th scope="col" className={`${head} w-40`}>
              {t('cameras:picture')}
            </th>
            <th scope="col" className={`${head} w-40`}>
              {t('cameras:mode')}
            </th>
            {isAdmin && (
              <th scope="col" className={`${head} w-28`}>
                <span className="sr-only">{t('cameras:actions')}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {cameras === null
            ? [1, 2, 3, 4, 5, 6, 7, 8].map((row) => (
                <tr key={row}>
                  <td colSpan={columns} className="h-12 border-b border-hairline px-3">
                    <Skeleton className="h-3 w-full" />
                  </td>
                </tr>
              ))
            : null}
          {above > 0 && (
            <tr>
              <td colSpan={columns} style={{ blockSize: above }} />
            </tr>
          )}
          {items.map((item) => {
            const camera = cameras?.[item.index];
            return (
              camera && (
                <CameraTableRow
                  key={camera.id}
                  camera={camera}
                  place={item.index + 2}
                  isAdmin={isAdmin}
                  onEdit={() => onEdit(camera)}
                />
              )
            );
          })}
          {below > 0 && (
            <tr>
              <td colSpan={columns} style={{ blockSize: below }} />
            </tr>
          )}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
