import { useTranslation } from 'react-i18next';
import { useFormat } from '../format/use-format.ts';
import type { Feed } from './live/feed.ts';
import { useDelay } from './live/live.ts';

const late = 1000;

/** How far behind reality, in milliseconds. Apart from the rest of the tile: it changes every second. */
export function TileDelay({ feed }: { feed: Feed }) {
  const { t } = useTranslation();
  const format = useFormat();
  const delay = useDelay(feed);
  if (!delay) return null;
  const number = `${delay.partial ? '≥' : ''}${format.number(delay.ms, { useGrouping: false })}`;
  return (
    <bdi
      dir="ltr"
      data-delay={delay.ms}
      className={`figures min-w-12 text-end whitespace-nowrap ${delay.ms > late ? 'font-semibold text-(--picture-warning)' : 'text-(--on-picture)'}`}
    >
      {t('wall:delay', { number })}
    </bdi>
  );
}
