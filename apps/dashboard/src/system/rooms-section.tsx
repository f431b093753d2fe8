import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { DoorOpen, SearchX, TriangleAlert } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../format/use-format.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { FailedState } from '../ui/failed-state.tsx';
import { Input } from '../ui/field.tsx';
import { RoomDrawer } from './room-drawer.tsx';
import { roomsQuery } from './room-queries.ts';
import { RoomTable } from './room-table.tsx';

const iconSize = { size: 28, strokeWidth: 1.5 };

/** Rooms on all edges; any of them can be looked into and spoken to. */
export function RoomsSection() {
  const { t } = useTranslation();
  const format = useFormat();
  const [query, setQuery] = useState('');
  const q = useDeferredValue(query.trim());
  const [open, setOpen] = useState<string | null>(null);
  const { data, isPending, error, refetch } = useQuery({
    ...roomsQuery(q),
    refetchInterval: 5000,
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <header className="mt-8 mb-2 flex flex-wrap items-center gap-3">
        <h2 className="text-16 font-semibold">{t('system:rooms')}</h2>
        {data && (
          <p className="figures text-13 text-text-muted" role="status">
            {t('cameras:count', { shown: format.number(data.count), total: format.number(data.total) })}
          </p>
        )}
        <Input
          type="search"
          aria-label={t('system:search-rooms')}
          placeholder={t('system:search-rooms')}
          value={query}
          className="search-box ms-auto w-60!"
          onChange={(event) => setQuery(event.target.value)}
        />
      </header>
      {data && data.silent.length > 0 && (
        <p className="mb-2 flex items-center gap-2 text-13 text-warning" role="status">
          <TriangleAlert size={16} aria-hidden="true" />
          {t('system:rooms-silent', { nodes: data.silent.join(t('common:list-separator')) })}
        </p>
      )}
      {data === undefined && !isPending ? (
        <FailedState error={error} onRetry={() => void refetch()} />
      ) : data?.total === 0 && q === '' ? (
        <EmptyState icon={<DoorOpen {...iconSize} />}>{t('system:no-rooms')}</EmptyState>
      ) : data?.total === 0 ? (
        <EmptyState
          icon={<SearchX {...iconSize} />}
          action={<Button onClick={() => setQuery('')}>{t('cameras:clear-filters')}</Button>}
        >
          {t('system:rooms-none-match')}
        </EmptyState>
      ) : (
        <RoomTable rooms={data?.rooms ?? null} onOpen={setOpen} />
      )}
      {open !== null && <RoomDrawer room={open} onClose={() => setOpen(null)} />}
    </>
  );
}
