import { useQuery } from '@tanstack/react-query';
import { ServerOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client.ts';
import { useUser } from '../session/use-session.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { FailedState } from '../ui/failed-state.tsx';
import { figuresQuery } from './figures-query.ts';
import { HiddenCameras } from './hidden-cameras.tsx';
import { NodeTable } from './node-table.tsx';
import { Overview } from './overview.tsx';
import { RoomsSection } from './rooms-section.tsx';

/** For administrators: how the system is, who is connected to it, and what to do about either. */
export function SystemPage() {
  const { t } = useTranslation();
  const { is_admin: isAdmin } = useUser();
  return (
    <section className="min-w-0 flex-1 overflow-y-auto bg-canvas px-6 py-5">
      <h1 className="text-20 font-semibold">{t('common:system')}</h1>
      {isAdmin ? (
        <>
          <Overview />
          <Nodes />
          <HiddenCameras />
          <RoomsSection />
        </>
      ) : (
        <EmptyState icon={<ServerOff size={28} strokeWidth={1.5} />}>{t('system:only-administrators')}</EmptyState>
      )}
    </section>
  );
}

function Nodes() {
  const { t } = useTranslation();
  const figures = useQuery({ ...figuresQuery, refetchInterval: 5000 }).data?.nodes;
  const nodes = useQuery({
    queryKey: ['nodes'],
    queryFn: async ({ signal }) => (await api.system.nodes({ signal })).nodes,
    refetchInterval: 3000,
  });
  return (
    <>
      <h2 className="mt-6 mb-2 text-16 font-semibold">{t('system:nodes')}</h2>
      {nodes.data === undefined && nodes.isError ? (
        <FailedState error={nodes.error} onRetry={() => void nodes.refetch()} />
      ) : nodes.data?.length === 0 ? (
        <EmptyState icon={<ServerOff size={28} strokeWidth={1.5} />}>{t('system:no-nodes')}</EmptyState>
      ) : (
        <NodeTable nodes={nodes.data ?? null} figures={figures ?? []} />
      )}
    </>
  );
}
