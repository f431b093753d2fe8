import type { HeldReservationView } from '@marsad/contract';
import { useQuery } from '@tanstack/react-query';
import { MonitorPlay, SearchX } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { agencyName } from '../cameras/camera-name.ts';
import { useAgencies, useCamerasById } from '../cameras/cameras-query.ts';
import { useRefreshEvery } from '../events/hub.ts';
import { useFormat } from '../format/use-format.ts';
import { useSettings } from '../settings/settings-store.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { FailedState } from '../ui/failed-state.tsx';
import { Input, Select } from '../ui/field.tsx';
import { reservationsQuery } from './admin-queries.ts';
import { EndDialog } from './end-dialog.tsx';
import { ReservationTable } from './reservation-table.tsx';

const iconSize = { size: 28, strokeWidth: 1.5 };

/** Who watches what, live; any of it can be ended. */
export function ReservationsSection() {
  const { t } = useTranslation();
  const format = useFormat();
  const language = useSettings((s) => s.language);
  const agencies = useAgencies();
  const cameras = useCamerasById();
  const [source, setSource] = useState('');
  const [query, setQuery] = useState('');
  const [ending, setEnding] = useState<HeldReservationView | null>(null);
  const { data, isPending, error, refetch } = useQuery({
    ...reservationsQuery,
    refetchInterval: useRefreshEvery(5000, 15_000),
  });
  const shown = useMemo(() => {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    return (data ?? []).filter((held) => {
      if (source && held.source !== source) return false;
      const camera = cameras.get(held.camera_id);
      const text = [
        held.camera_name,
        camera?.name_ar,
        held.user_name,
        held.user_name_ar,
        held.user_id,
        held.room_name,
      ].join(' ');
      return words.every((word) => text.toLowerCase().includes(word));
    });
  }, [data, source, query, cameras]);
  const clear = () => {
    setSource('');
    setQuery('');
  };

  return (
    <>
      <header className="mt-8 mb-2 flex flex-wrap items-center gap-3">
        <h2 className="text-16 font-semibold">{t('streams:reservations')}</h2>
        {data && (
          <p className="figures text-13 text-text-muted" role="status">
            {t('cameras:count', { shown: format.number(shown.length), total: format.number(data.length) })}
          </p>
        )}
        <div className="ms-auto flex flex-wrap items-center gap-2">
          <Input
            type="search"
            aria-label={t('streams:search')}
            placeholder={t('streams:search')}
            value={query}
            className="search-box w-60!"
            onChange={(event) => setQuery(event.target.value)}
          />
          <Select
            aria-label={t('cameras:agency')}
            value={source}
            className="w-44!"
            onChange={(event) => setSource(event.target.value)}
          >
            <option value="">{t('cameras:every-agency')}</option>
            {agencies.map(({ code }) => (
              <option key={code} value={code}>
                {agencyName(agencies, code, language)}
              </option>
            ))}
          </Select>
        </div>
      </header>
      {data === undefined && !isPending ? (
        <FailedState error={error} onRetry={() => void refetch()} />
      ) : data?.length === 0 ? (
        <EmptyState icon={<MonitorPlay {...iconSize} />}>{t('streams:none')}</EmptyState>
      ) : data && shown.length === 0 ? (
        <EmptyState
          icon={<SearchX {...iconSize} />}
          action={<Button onClick={clear}>{t('cameras:clear-filters')}</Button>}
        >
          {t('streams:none-match')}
        </EmptyState>
      ) : (
        <ReservationTable reservations={data ? shown : null} onEnd={setEnding} />
      )}
      {ending && <EndDialog reservation={ending} onClose={() => setEnding(null)} />}
    </>
  );
}
