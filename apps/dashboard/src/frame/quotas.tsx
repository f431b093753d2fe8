import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client.ts';
import { AgencyMark } from '../cameras/agency-mark.tsx';
import { agencyName } from '../cameras/camera-name.ts';
import { useAgencies } from '../cameras/cameras-query.ts';
import { useFormat } from '../format/use-format.ts';
import { useSettings } from '../settings/settings-store.ts';
import { Hint } from '../ui/hint.tsx';

const colourOf = (share: number) => (share >= 1 ? 'bg-alarm' : share >= 0.8 ? 'bg-warning' : 'bg-accent');

/** Streams in use of those allowed, by agency. */
export function Quotas() {
  const { t } = useTranslation();
  const format = useFormat();
  const language = useSettings((s) => s.language);
  const agencies = useAgencies();
  const { data } = useQuery({
    queryKey: ['stats'],
    queryFn: ({ signal }) => api.streams.stats({ signal }),
    refetchInterval: 5000,
  });
  return (
    <ul aria-label={t('common:quotas')} className="flex min-w-0 items-center gap-5 overflow-hidden">
      {Object.values(data?.source_stats ?? {}).map(({ source, current, limit }) => {
        const name = agencyName(agencies, source, language);
        const share = limit > 0 ? current / limit : 1;
        const sentence = t('common:quota', { name, current: format.number(current), limit: format.number(limit) });
        return (
          <li key={source}>
            <Hint label={sentence} side="top">
              <span className="flex items-center gap-2">
                <AgencyMark source={source} size={14} />
                <span className="hidden whitespace-nowrap xl:inline">{name}</span>
                {/* biome-ignore lint/a11y/useSemanticElements: <meter> cannot be drawn alike everywhere */}
                <span
                  role="meter"
                  aria-label={sentence}
                  aria-valuemin={0}
                  aria-valuemax={Math.max(limit, current)}
                  aria-valuenow={current}
                  className="block h-1 w-14 overflow-hidden rounded-full bg-surface-3"
                >
                  <span
                    className={`block h-full ${colourOf(share)}`}
                    style={{ inlineSize: `${Math.min(1, share) * 100}%` }}
                  />
                </span>
                <bdi dir="ltr" className="figures text-text">
                  {format.number(current)}
                  <span className="text-text-muted">/{format.number(limit)}</span>
                </bdi>
              </span>
            </Hint>
          </li>
        );
      })}
    </ul>
  );
}
