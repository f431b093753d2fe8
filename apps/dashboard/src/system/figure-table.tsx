import type { FigureSample } from '@marsad/contract';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../format/use-format.ts';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { bitrate, perSecond } from './amounts.ts';
import { viewersOf } from './figure-sums.ts';

const head =
  'sticky top-0 h-9 border-b border-hairline bg-surface-1 px-3 text-start text-12 font-medium text-text-muted';
const cell = 'figures h-9 border-b border-hairline px-3';

/** What the charts show, to be read: one row for each half minute, the newest first. */
export function FigureTable({ samples, every }: { samples: readonly FigureSample[]; every: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const step = Math.max(1, Math.round(30 / every));
  const rows = samples.toReversed().filter((_, index) => index % step === 0);
  const columns = ['time', 'viewers', 'streams-live', 'bits-in', 'bits-out', 'dropped', 'lost', 'errors'] as const;
  return (
    <ScrollRegion
      label={t('system:figures')}
      className="mt-4 max-h-96 overflow-auto rounded-control border border-hairline bg-surface-1"
    >
      <table className="w-full border-separate border-spacing-0 text-13">
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" className={head}>
                {t(`system:${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((sample) => (
            <tr key={sample.at}>
              <th scope="row" className={`${cell} text-start font-normal text-text-2`}>
                <bdi>{format.clock(Date.parse(sample.at))}</bdi>
              </th>
              <td className={cell}>{format.number(viewersOf(sample))}</td>
              <td className={cell}>{format.number(sample.streams.live ?? 0)}</td>
              <td className={cell}>{bitrate(sample.bits_in, t, format)}</td>
              <td className={cell}>{bitrate(sample.bits_out, t, format)}</td>
              <td className={cell}>{perSecond(sample.pictures_dropped, t, format)}</td>
              <td className={cell}>{perSecond(sample.packets_lost, t, format)}</td>
              <td className={cell}>{perSecond(sample.errors, t, format)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
