import { useQuery } from '@tanstack/react-query';
import { Lock, RotateCcw, ServerCrash } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { errorSentence } from '../api/error-sentence.ts';
import { useRefreshEvery } from '../events/hub.ts';
import { useUser } from '../session/use-session.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
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
        <EmptyState
          icon={<ServerCrash size={28} strokeWidth={1.5} />}
          action={
            <Button icon={<RotateCcw size={16} />} onClick={() => void refetch()}>
              {t('common:try-again')}
            </Button>
          }
        >
          {errorSentence(error)}
        </EmptyState>
      ) : (
        <LimitTable limits={data ?? null} />
      )}
    </>
  );
}
