import { useTranslation } from 'react-i18next';

export function EmptyTile({ number }: { number: string }) {
  const { t } = useTranslation();
  return (
    <div className="flex h-full flex-col items-center justify-center gap-1 text-center">
      <bdi className="figures text-20 font-medium text-text-muted">{number}</bdi>
      <span className="tile-hint text-12 text-text-muted">{t('wall:drop-here')}</span>
    </div>
  );
}
