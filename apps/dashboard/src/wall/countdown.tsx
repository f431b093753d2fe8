import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../format/use-format.ts';

/** Seconds until `until` (ms since the epoch); at the end, that it is being tried. */
export function Countdown({ until }: { until: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.ceil((until - now) / 1000);
  return (
    <p className="figures text-12 text-(--on-picture)" aria-live="off">
      {seconds > 0 ? t('wall:again-in', { seconds: format.number(seconds) }) : t('wall:again-now')}
    </p>
  );
}
