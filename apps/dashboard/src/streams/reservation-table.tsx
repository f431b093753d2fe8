import type { HeldReservationView } from '@marsad/contract';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useSettings } from '../settings/settings-store.ts';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { ReservationRow } from './reservation-row.tsx';
import { useStats } from './stats-query.ts';

interface Props {
  /** null while loading. */
  reservations: readonly HeldReservationView[] | null;
  onEnd: (reservation: HeldReservationView) => void;
}

const head =
  'sticky top-0 z-10 h-9 border-b border-hairline bg-surface-1 px-3 text-start text-12 font-medium text-text-muted';
const columns = [
  ['streams:camera', 'w-auto'],
  ['streams:user', 'w-44'],
  ['cameras:agency', 'w-40'],
  ['streams:room', 'w-36'],
  ['streams:since', 'w-28'],
  ['streams:expires', 'w-28'],
  ['streams:viewers', 'w-28'],
] as const;

/** A real table: rows out of sight are replaced by one of their height above and one below. */
export function ReservationTable({ reservations, onEnd }: Props) {
  const { t } = useTranslation();
  const density = useSettings((s) => s.density);
  const box = useRef<HTMLDivElement>(null);
  const stats = useStats().data;
  const viewers = useMemo(
    () => new Map(stats?.camera_stats.map(({ camera_id, viewer_count }) => [camera_id, viewer_count])),
    [stats],
  );
  const virtual = useVirtualizer({
    count: reservations?.length ?? 0,
    getScrollElement: () => box.current,
    estimateSize: () => (density === 'compact' ? 40 : 44),
    overscan: 10,
  });
  const items = virtual.getVirtualItems();
  const above = items[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <ScrollRegion
      ref={box}
      label={t('streams:reservations')}
      className="min-h-64 flex-1 overflow-auto rounded-control border border-hairline bg-surface-1"
    >
      <table
        className="w-full min-w-240 table-fixed border-separate border-spacing-0 text-13"
        aria-rowcount={(reservations?.length ?? 0) + 1}
      >
        <thead>
          <tr>
            {columns.map(([label, width]) => (
              <th key={label} scope="col" className={`${head} ${width}`}>
                {t(label)}
              </th>
            ))}
            <th scope="col" className={`${head} w-28`}>
              <span className="sr-only">{t('cameras:actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {reservations === null &&
            [1, 2, 3, 4, 5, 6].map((row) => (
              <tr key={row}>
                <td colSpan={columns.length + 1} className="h-11 border-b border-hairline px-3">
                  <Skeleton className="h-3 w-full" />
                </td>
              </tr>
            ))}
          {above > 0 && (
            <tr>
              <td colSpan={columns.length + 1} style={{ blockSize: above }} />
            </tr>
          )}
          {items.map(({ index }) => {
            const held = reservations?.[index];
            return (
              held && (
                <ReservationRow
                  key={held.reservation_id}
                  reservation={held}
                  place={index + 2}
                  viewers={viewers.get(held.camera_id) ?? null}
                  onEnd={() => onEnd(held)}
                />
              )
            );
          })}
          {below > 0 && (
            <tr>
              <td colSpan={columns.length + 1} style={{ blockSize: below }} />
            </tr>
          )}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
