import type { AgencyLimit } from '@marsad/contract';
import { Check, X } from 'lucide-react';
import { type FormEvent, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../format/use-format.ts';
import { IconButton } from '../ui/icon-button.tsx';
import { limitOf } from './limit-draft.ts';
import { setLimit } from './set-limit.ts';

/** The limit of one agency, changed in place: Enter keeps it, Escape gives up. What is being typed is not overwritten by events. */
export function LimitField({ limit, name }: { limit: AgencyLimit; name: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const id = useId();
  const [draft, setDraft] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const plain = (value: number) => format.number(value, { useGrouping: false });
  const typed = draft === null ? limit.limit : limitOf(draft, limit.source);
  const changed = draft !== null && typed !== limit.limit;
  const over = typed === null ? 0 : limit.current - typed;
  const problem = typed === null ? t('streams:limit-problem', { most: plain(100_000) }) : null;
  const note = problem ?? (changed && over > 0 ? t('streams:limit-over', { over: format.number(over) }) : null);

  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (!changed) setDraft(null);
    if (!changed || typed === null) return;
    setBusy(true);
    const saved = await setLimit({ source: limit.source, from: limit.limit, to: typed, name, write: format.number });
    setBusy(false);
    if (saved) setDraft(null);
  };

  return (
    <form onSubmit={save} className="flex flex-wrap items-center gap-1">
      <input
        value={draft ?? plain(limit.limit)}
        inputMode="numeric"
        dir="ltr"
        aria-label={t('streams:limit-of', { name })}
        aria-invalid={problem ? true : undefined}
        aria-describedby={note ? `${id}-note` : undefined}
        readOnly={busy}
        className="figures h-8 w-24 rounded-control border border-control bg-surface-1 px-2 text-13 text-text aria-invalid:border-alarm"
        onChange={(event) => setDraft(event.target.value)}
        onFocus={(event) => event.target.select()}
        onBlur={() => !changed && setDraft(null)}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && draft !== null) {
            event.preventDefault();
            setDraft(null);
          }
        }}
      />
      {changed && (
        <>
          <IconButton
            type="submit"
            label={t('common:save')}
            keys="Enter"
            disabled={problem !== null || busy}
            icon={<Check size={16} />}
          />
          <IconButton label={t('common:cancel')} keys="Escape" icon={<X size={16} />} onClick={() => setDraft(null)} />
        </>
      )}
      {note && (
        <p id={`${id}-note`} role="status" className={`text-12 ${problem ? 'text-alarm' : 'text-text-2'}`}>
          {note}
        </p>
      )}
    </form>
  );
}
