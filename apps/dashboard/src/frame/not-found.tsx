import { Link } from '@tanstack/react-router';
import { MapPinOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../ui/empty-state.tsx';

export function NotFound() {
  const { t } = useTranslation();
  return (
    <main className="grid h-full place-content-center">
      <EmptyState
        icon={<MapPinOff size={28} strokeWidth={1.5} />}
        action={
          <Link to="/wall" className="font-medium text-accent underline underline-offset-4">
            {t('common:to-the-wall')}
          </Link>
        }
      >
        {t('common:not-found')}
      </EmptyState>
    </main>
  );
}
