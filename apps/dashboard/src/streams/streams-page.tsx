import { useQuery } from '@tanstack/react-query';
import { Lock } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useRefreshEvery } from '../events/hub.ts';
import { useUser } from '../session/use-session.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { FailedState } from '../ui/failed-state.tsx';
import { limitsQuery } from './admin-queries.ts';
import { LimitTable } from './limit-table.tsx';
import { ReservationsSection } from './reservations-section.tsx';

/** For administrators: how much each agency may use, and who uses it. */
export function StreamsPage() {
  const { t } = useTranslation();
  const { is_admin: isAdmin } = useUser();
  return (
    <section className="flex min-w-0 flex-1 flex-col overflow-y-auto bg-canvas px-6 py-5">
      <h1 className="text-20 font-semibold">{t('common:streams')}</h1>
      {isAdmin ? (
        <>
          <Limits />
          <ReservationsSection />
        </>
      ) : (
        <EmptyState icon={<Lock size={28} strokeWidth={1.5} />}>{t('system:only-administrators')}</EmptyState>
      )}
    </section>
  );
}

function Limits() {
  const { t } = useTranslation();
  const { data, isPending, error, refetch } = useQuery({ ...limitsQuery, refetchInterval: useRefreshEvery(5000) });
  return (
    <>
      <h2 className="mt-5 mb-2 text-16 font-semibold">{t('streams:limits')}</h2>
      {data === undefined && !isPending ? (
        <FailedState error={error} onRetry={() => void refetch()} />
      ) : (
        <LimitTable limits={data ?? null} />
      )}
    </>
  );
}
