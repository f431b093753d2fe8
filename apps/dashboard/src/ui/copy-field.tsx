import { Copy } from 'lucide-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Field, Input } from './field.tsx';
import { IconButton } from './icon-button.tsx';
import { showToast } from './toast-store.ts';

/** The clipboard is closed to pages on plain HTTP; there the older way may still be open. */
async function copyOf(input: HTMLInputElement): Promise<boolean> {
  input.select();
  try {
    await navigator.clipboard.writeText(input.value);
    return true;
  } catch {
    return document.execCommand('copy');
  }
}

/** Something to be taken elsewhere: an address, a key. */
export function CopyField({ label, value }: { label: string; value: string }) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const copy = async () => {
    if (input.current === null) return;
    showToast(t((await copyOf(input.current)) ? 'common:copied' : 'common:copy-failed'));
  };
  return (
    <Field label={label}>
      {(ids) => (
        <div className="flex items-center gap-1">
          <Input
            {...ids}
            ref={input}
            readOnly
            value={value}
            dir="ltr"
            spellCheck={false}
            className="figures"
            onFocus={(event) => event.target.select()}
          />
          <IconButton
            label={t('common:copy-name', { name: label })}
            icon={<Copy size={16} />}
            onClick={() => void copy()}
          />
        </div>
      )}
    </Field>
  );
}
