import { useQuery } from '@tanstack/react-query';
import { CircleCheck, TimerReset, TriangleAlert } from 'lucide-react';
import { memo, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client.ts';
import { serverClock } from '../api/server-clock.ts';
import { useHubLive } from '../events/hub.ts';
import { useFormat } from '../format/use-format.ts';
import { Hint } from '../ui/hint.tsx';
import { Quotas } from './quotas.tsx';

export function StatusStrip() {
  const { t } = useTranslation();
  return (
    <section
      aria-label={t('common:status')}
      className="flex h-8 shrink-0 items-center gap-6 border-t border-hairline bg-surface-1 px-4 text-12 text-text-2"
    >
      <Quotas />
      <span className="ms-auto" />
      <LiveUpdates />
      <SystemHealth />
      <Clock />
    </section>
  );
}

/** Said only when events have been away for a while: what is shown is then a few seconds old. */
function LiveUpdates() {
  const { t } = useTranslation();
  const live = useHubLive();
  const [away, setAway] = useState(false);
  useEffect(() => {
    if (live) setAway(false);
    const timer = live ? undefined : setTimeout(() => setAway(true), 4000);
    return () => clearTimeout(timer);
  }, [live]);
  return (
    <span role="status">
      {away && (
        <Hint label={t('common:no-events-means')} side="top">
          <span className="inline-flex items-center gap-1.5" tabIndex={-1}>
            <TimerReset size={14} className="text-warning" aria-hidden="true" />
            {t('common:no-events')}
          </span>
        </Hint>
      )}
    </span>
  );
}

function SystemHealth() {
  const { t } = useTranslation();
  const { data, isError, isPending } = useQuery({
    queryKey: ['health'],
    queryFn: ({ signal }) => api.system.health({ signal }),
    refetchInterval: 5000,
    retry: 0,
  });
  if (isPending) return null;
  const down = data ? Object.entries(data.parts).flatMap(([part, state]) => (state === 'ok' ? [] : [part])) : [];
  const well = !isError && down.length === 0;
  const sentence = isError
    ? t('system:no-answer')
    : well
      ? t('system:all-well')
      : t('system:down', { parts: down.map((part) => t(`system:part.${part}`)).join(t('common:list-separator')) });
  return (
    <Hint label={sentence} side="top">
      <span role="status" className="inline-flex items-center gap-1.5" tabIndex={-1}>
        {well ? (
          <CircleCheck size={14} className="text-well" aria-hidden="true" />
        ) : (
          <TriangleAlert size={14} className="text-alarm" aria-hidden="true" />
        )}
        {well ? t('system:well') : sentence}
      </span>
    </Hint>
  );
}

const Clock = memo(function Clock() {
  const format = useFormat();
  const { t } = useTranslation();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(serverClock.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <span className="inline-flex items-baseline gap-2" role="timer" aria-live="off" aria-label={t('common:clock')}>
      <bdi dir="ltr" className="figures font-medium text-text">
        {format.clock(now)}
      </bdi>
      <bdi dir="ltr" className="figures text-text-muted">
        {format.offset(now)}
      </bdi>
    </span>
  );
});
