import { RotateCcw, ServerCrash } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { errorSentence } from '../api/error-sentence.ts';
import { Button } from './button.tsx';
import { EmptyState } from './empty-state.tsx';

/** Stands in the place of what could not be fetched: why, and a way to try again. */
export function FailedState({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { t } = useTranslation();
  return (
    <EmptyState
      icon={<ServerCrash size={28} strokeWidth={1.5} />}
      action={
        <Button icon={<RotateCcw size={16} />} onClick={onRetry}>
          {t('common:try-again')}
        </Button>
      }
    >
      {errorSentence(error)}
    </EmptyState>
  );
}
