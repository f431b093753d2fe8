import type { AgencyLimit } from '@marsad/contract';
import { useTranslation } from 'react-i18next';
import { AgencyMark } from '../cameras/agency-mark.tsx';
import { agencyName } from '../cameras/camera-name.ts';
import { useAgencies } from '../cameras/cameras-query.ts';
import { useFormat } from '../format/use-format.ts';
import { useSettings } from '../settings/settings-store.ts';
import { Skeleton } from '../ui/skeleton.tsx';
import { LevelMark } from './level-mark.tsx';
import { LimitField } from './limit-field.tsx';
import { useStats } from './stats-query.ts';
import { levelOf, UseBar } from './use-bar.tsx';

const head = 'h-9 border-b border-hairline px-3 text-start text-12 font-medium text-text-muted';
const cell = 'h-12 border-b border-hairline px-3 align-middle compact:h-10';

/** @param limits null while loading */
export function LimitTable({ limits }: { limits: readonly AgencyLimit[] | null }) {
  const { t } = useTranslation();
  return (
    <div className="shrink-0 overflow-x-auto rounded-control border border-hairline bg-surface-1">
      <table className="w-full border-separate border-spacing-0 text-13 [&_tbody_tr:last-child>*]:border-b-0">
        <thead>
          <tr>
            <th scope="col" className={head}>
              {t('cameras:agency')}
            </th>
            <th scope="col" className={head}>
              {t('streams:in-use')}
            </th>
            <th scope="col" className={head}>
              {t('streams:limit')}
            </th>
            <th scope="col" className={head}>
              {t('streams:default')}
            </th>
            <th scope="col" className={head}>
              {t('streams:changed')}
            </th>
          </tr>
        </thead>
        <tbody>
          {limits?.map((limit) => <LimitRow key={limit.source} limit={limit} />) ??
            [1, 2, 3, 4].map((row) => (
              <tr key={row}>
                <td colSpan={5} className={cell}>
                  <Skeleton className="h-3 w-full" />
                </td>
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}

function LimitRow({ limit }: { limit: AgencyLimit }) {
  const { t } = useTranslation();
  const format = useFormat();
  const language = useSettings((s) => s.language);
  const agencies = useAgencies();
  // What events say is newer than what was asked for.
  const current = useStats().data?.source_stats[limit.source]?.current ?? limit.current;
  const name = agencyName(agencies, limit.source, language);
  const level = levelOf(current, limit.limit);
  return (
    <tr>
      <th scope="row" className={`${cell} text-start font-medium`}>
        <span className="inline-flex items-center gap-2">
          <AgencyMark source={limit.source} />
          {name}
        </span>
      </th>
      <td className={cell}>
        <span className="inline-flex items-center gap-3">
          <UseBar current={current} limit={limit.limit} className="w-32" />
          <bdi className="figures">
            {t('streams:of', { current: format.number(current), limit: format.number(limit.limit) })}
          </bdi>
          <LevelMark level={level} />
          {level !== 'free' && <span className="text-12 text-text-2">{t(`streams:level.${level}`)}</span>}
        </span>
      </td>
      <td className={cell}>
        <LimitField limit={{ ...limit, current }} name={name} />
      </td>
      <td className={`${cell} figures text-text-2`}>{format.number(limit.default_limit)}</td>
      <td className={`${cell} figures text-text-2`}>
        {limit.updated_at ? <bdi>{format.dateTime(Date.parse(limit.updated_at))}</bdi> : t('streams:never')}
      </td>
    </tr>
  );
}
