import { Notice, type RoomViewer } from '@marsad/contract';
import { Send } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client.ts';
import { errorSentence } from '../api/error-sentence.ts';
import { personName } from '../format/person-name.ts';
import { useFormat } from '../format/use-format.ts';
import { useSettings } from '../settings/settings-store.ts';
import { Button } from '../ui/button.tsx';
import { Field, Input, Select } from '../ui/field.tsx';
import { showToast } from '../ui/toast-store.ts';

const severities = Notice.shape.severity.options;
const longest = 500;

/** Says something to everybody in the room, or to one of them; their wall shows it at once. */
export function MessageForm({ room, viewers }: { room: string; viewers: readonly RoomViewer[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const language = useSettings((s) => s.language);
  const [text, setText] = useState('');
  const [severity, setSeverity] = useState<(typeof severities)[number]>('info');
  const [to, setTo] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  // Somebody chosen may leave: then it must not go to everybody instead.
  const lost = to !== '' && !viewers.some(({ identity }) => identity === to);

  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() === '' || lost) return;
    setBusy(true);
    setError(null);
    try {
      const { recipients } = await api.rooms.message({
        params: { room },
        body: { text, severity, ...(to === '' ? {} : { identities: [to] }) },
      });
      showToast(recipients > 0 ? t('system:sent', { number: format.number(recipients) }) : t('system:sent-nobody'));
      setText('');
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  };

  return (
    <form className="flex flex-col gap-3" onSubmit={(event) => void send(event)}>
      <h3 className="text-14 font-semibold">{t('system:message')}</h3>
      <Field label={t('system:message-text')} error={error === null ? undefined : errorSentence(error)}>
        {(ids) => (
          <Input
            {...ids}
            dir="auto"
            name="message"
            value={text}
            maxLength={longest}
            autoComplete="off"
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
      <div className="grid grid-cols-2 gap-3">
        <Field label={t('system:message-for')}>
          {(ids) => (
            <Select {...ids} value={to} onChange={(event) => setTo(event.target.value)}>
              <option value="">{t('system:everybody')}</option>
              {lost && <option value={to}>{to}</option>}
              {viewers.map((viewer) => (
                <option key={viewer.identity} value={viewer.identity}>
                  {personName(viewer, language, viewer.identity)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={t('system:severity')}>
          {(ids) => (
            <Select
              {...ids}
              value={severity}
              onChange={(event) => setSeverity(severities.find((each) => each === event.target.value) ?? 'info')}
            >
              {severities.map((each) => (
                <option key={each} value={each}>
                  {t(`system:severity-of.${each}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      <Button
        type="submit"
        tone="primary"
        className="self-end"
        busy={busy}
        disabled={text.trim() === '' || lost}
        icon={<Send size={16} className="rtl:-scale-x-100" />}
      >
        {t('system:send')}
      </Button>
    </form>
  );
}
