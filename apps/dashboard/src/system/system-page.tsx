import { useQuery } from '@tanstack/react-query';
import { RotateCcw, ServerCrash, ServerOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client.ts';
import { errorSentence } from '../api/error-sentence.ts';
import { useCameras } from '../cameras/cameras-query.ts';
import { useFormat } from '../format/use-format.ts';
import { useUser } from '../session/use-session.ts';
import { useStats } from '../streams/stats-query.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { Figures } from './figures.tsx';
import { NodeTable } from './node-table.tsx';

export function SystemPage() {
  const { t } = useTranslation();
  const { is_admin: isAdmin } = useUser();
  return (
    <section className="min-w-0 flex-1 overflow-y-auto bg-canvas px-6 py-5">
      <h1 className="text-20 font-semibold">{t('common:system')}</h1>
      {isAdmin ? (
        <Overview />
      ) : (
        <EmptyState icon={<ServerOff size={28} strokeWidth={1.5} />}>{t('system:only-administrators')}</EmptyState>
      )}
    </section>
  );
}

function Overview() {
  const { t } = useTranslation();
  const format = useFormat();
  const cameras = useCameras().data;
  const stats = useStats().data;
  const nodes = useQuery({
    queryKey: ['nodes'],
    queryFn: async ({ signal }) => (await api.system.nodes({ signal })).nodes,
    refetchInterval: 3000,
  });
  const number = (value: number | undefined) => (value === undefined ? null : format.number(value));
  const online = cameras?.filter((camera) => camera.status === 'ONLINE').length;
  return (
    <>
      <Figures
        figures={[
          { label: t('system:cameras-online'), value: number(online), of: number(cameras?.length) },
          { label: t('system:watched'), value: number(stats?.active_streams) },
          { label: t('system:reservations'), value: number(stats?.total_viewers) },
          { label: t('system:streams-live'), value: number(nodes.data?.reduce((sum, node) => sum + node.streams, 0)) },
        ]}
      />
      <h2 className="mt-8 mb-2 text-16 font-semibold">{t('system:nodes')}</h2>
      {nodes.data === undefined && nodes.isError ? (
        <EmptyState
          icon={<ServerCrash size={28} strokeWidth={1.5} />}
          action={
            <Button icon={<RotateCcw size={16} />} onClick={() => void nodes.refetch()}>
              {t('common:try-again')}
            </Button>
          }
        >
          {errorSentence(nodes.error)}
        </EmptyState>
      ) : nodes.data?.length === 0 ? (
        <EmptyState icon={<ServerOff size={28} strokeWidth={1.5} />}>{t('system:no-nodes')}</EmptyState>
      ) : (
        <NodeTable nodes={nodes.data ?? null} />
      )}
    </>
  );
}
