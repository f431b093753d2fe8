import type { SourceStats } from '@marsad/contract';
import { useTranslation } from 'react-i18next';
import { AgencyMark } from '../cameras/agency-mark.tsx';
import { useFormat } from '../format/use-format.ts';
import { LevelMark } from '../streams/level-mark.tsx';
import { levelOf } from '../streams/use-bar.tsx';

const head = 'ps-6 pb-2 text-start text-12 font-medium text-text-muted';
const cell = 'figures h-8 ps-6 whitespace-nowrap';

export function QuotaNumbers({ uses }: { uses: readonly (SourceStats & { name: string })[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <table>
      <thead>
        <tr>
          <th scope="col" className={`${head} ps-0`}>
            {t('cameras:agency')}
          </th>
          <th scope="col" className={head}>
            {t('streams:in-use')}
          </th>
          <th scope="col" className={head}>
            {t('streams:limit')}
          </th>
          <th scope="col" className={head}>
            {t('streams:free')}
          </th>
          <th scope="col" className={head}>
            {t('streams:watched')}
          </th>
        </tr>
      </thead>
      <tbody>
        {uses.map(({ source, name, current, limit, active_cameras }) => (
          <tr key={source}>
            <th scope="row" className={`${cell} ps-0 text-start font-medium`}>
              <span className="inline-flex items-center gap-2">
                <AgencyMark source={source} size={14} />
                {name}
                <LevelMark level={levelOf(current, limit)} />
              </span>
            </th>
            <td className={cell}>
              {format.number(current)}{' '}
              <span className="text-text-muted">
                ({format.number(limit > 0 ? current / limit : 1, { style: 'percent' })})
              </span>
            </td>
            <td className={cell}>{format.number(limit)}</td>
            <td className={cell}>{format.number(Math.max(0, limit - current))}</td>
            <td className={cell}>{format.number(active_cameras)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
