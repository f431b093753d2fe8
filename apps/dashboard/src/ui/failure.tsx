import { CircleAlert } from 'lucide-react';
import { errorSentence } from '../api/error-sentence.ts';

/** What went wrong, read out when it appears; nothing for null. */
export function Failure({ error }: { error: unknown }) {
  return (
    <div role="alert" className="empty:hidden">
      {error !== null && (
        <p className="flex items-start gap-2 text-13 text-alarm">
          <CircleAlert size={16} className="mt-0.5 shrink-0" aria-hidden="true" />
          {errorSentence(error)}
        </p>
      )}
    </div>
  );
}
