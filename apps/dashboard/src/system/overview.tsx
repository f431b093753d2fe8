import type { FigureSample } from '@marsad/contract';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCameras } from '../cameras/cameras-query.ts';
import { useFormat } from '../format/use-format.ts';
import { useStats } from '../streams/stats-query.ts';
import { Button } from '../ui/button.tsx';
import { FailedState } from '../ui/failed-state.tsx';
import { bitrate, perSecond } from './amounts.ts';
import { troubledOf, viewersOf } from './figure-sums.ts';
import { FigureTable } from './figure-table.tsx';
import { type Figure, Figures } from './figures.tsx';
import { figuresQuery } from './figures-query.ts';
import { protocolName } from './protocol-name.ts';

/** How the whole system is, now and over the last ten minutes. */
export function Overview() {
  const { t } = useTranslation();
  const format = useFormat();
  const [asTable, setAsTable] = useState(false);
  const cameras = useCameras().data;
  const stats = useStats().data;
  const { data, isError, error, refetch } = useQuery({ ...figuresQuery, refetchInterval: 5000 });
  const samples = data?.samples ?? [];
  const now = samples.at(-1);
  const number = (value: number | undefined) => (value === undefined ? null : format.number(value));
  const online = cameras?.filter((camera) => camera.status === 'ONLINE').length;

  const charted = (
    name: 'viewers' | 'streams-live' | 'bits-in' | 'bits-out' | 'dropped' | 'lost' | 'errors',
    value: (sample: FigureSample) => number,
    say: (value: number) => string,
    note: string | null = null,
  ): Figure => {
    const values = samples.map(value);
    const label = t(`system:${name}`);
    const words =
      values.length < 2
        ? `${label}: ${t('system:collecting')}`
        : t('system:chart', {
            label,
            now: say(values.at(-1) ?? 0),
            least: say(Math.min(...values)),
            most: say(Math.max(...values)),
          });
    const said = (index: number) => ({
      value: say(values[index] ?? 0),
      time: format.clock(Date.parse(samples[index]?.at ?? '')),
    });
    return { label, value: now ? say(value(now)) : null, note, chart: { values, label: words, say: said } };
  };
  const rate = (value: number) => perSecond(value, t, format);
  const bits = (value: number) => bitrate(value, t, format);
  const count = (value: number) => format.number(value);
  const troubled = now ? troubledOf(now) : 0;
  const byProtocol = Object.entries(now?.viewers ?? {})
    .filter(([, viewers]) => viewers > 0)
    .map(([protocol, viewers]) => `${protocolName(protocol)} ${format.number(viewers)}`)
    .join(t('common:list-separator'));

  if (data === undefined && isError) {
    return <FailedState error={error} onRetry={() => void refetch()} />;
  }
  return (
    <>
      {asTable && data ? (
        <FigureTable samples={data.samples} every={data.interval_seconds} />
      ) : (
        <Figures
          figures={[
            { label: t('system:cameras-online'), value: number(online), of: number(cameras?.length) },
            charted(
              'streams-live',
              ({ streams }) => streams.live ?? 0,
              count,
              troubled > 0 ? t('system:in-trouble', { number: count(troubled) }) : null,
            ),
            { label: t('system:reservations'), value: number(stats?.total_viewers) },
            charted('viewers', viewersOf, count, byProtocol || null),
            charted('bits-in', ({ bits_in }) => bits_in, bits),
            charted('bits-out', ({ bits_out }) => bits_out, bits),
            charted(
              'dropped',
              ({ pictures_dropped }) => pictures_dropped,
              rate,
              now && now.packets_lost > 0 ? `${t('system:lost')} ${rate(now.packets_lost)}` : null,
            ),
            charted('errors', ({ errors }) => errors, rate),
          ]}
        />
      )}
      <div className="mt-2 flex justify-end">
        <Button tone="quiet" aria-pressed={asTable} disabled={!data} onClick={() => setAsTable(!asTable)}>
          {t(asTable ? 'system:as-charts' : 'system:as-table')}
        </Button>
      </div>
    </>
  );
}
