import { CircleAlert } from 'lucide-react';
import { errorSentence } from '../../api/error-sentence.ts';

/** What the camera did not do, and why; else for a moment what it was told. Both are read out. */
export function MovingWords({ failure, said }: { failure: unknown; said: string }) {
  return (
    <>
      <div role="alert" className="empty:hidden">
        {failure !== null && (
          <p className="moving-words text-(--picture-alarm)">
            <CircleAlert size={16} aria-hidden="true" className="mt-0.5 shrink-0" />
            <span>{errorSentence(failure)}</span>
          </p>
        )}
      </div>
      <div role="status" className="empty:hidden">
        {said !== '' && failure === null && <p className="moving-words">{said}</p>}
      </div>
    </>
  );
}
