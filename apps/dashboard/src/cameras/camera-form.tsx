import type { Camera } from '@marsad/contract';
import { CircleAlert } from 'lucide-react';
import { type FormEvent, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client.ts';
import { errorSentence } from '../api/error-sentence.ts';
import { useUser } from '../session/use-session.ts';
import { useSettings } from '../settings/settings-store.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field, Input, Select } from '../ui/field.tsx';
import { showToast } from '../ui/toast-store.ts';
import {
  checkChange,
  checkNew,
  type Draft,
  type DraftField,
  draftFields,
  draftOf,
  type Problems,
} from './camera-draft.ts';
import { agencyName, cameraName } from './camera-name.ts';
import { camerasQuery, queryClient, useAgencies } from './cameras-query.ts';

type Check = { ok: true; send: () => Promise<Camera> } | { ok: false; problems: Problems };

function check(camera: Camera | null, draft: Draft, before: Draft): Check {
  if (camera === null) {
    const checked = checkNew(draft);
    return checked.ok ? { ok: true, send: () => api.cameras.create({ body: checked.value }) } : checked;
  }
  const checked = checkChange(draft, before);
  const params = { id: camera.id };
  return checked.ok ? { ok: true, send: () => api.cameras.update({ params, body: checked.value }) } : checked;
}

/** A new camera (null) or the change of one, in a drawer. */
export function CameraForm({ camera, onClose }: { camera: Camera | null; onClose: () => void }) {
  const { t } = useTranslation();
  const language = useSettings((s) => s.language);
  const agencies = useAgencies();
  const user = useUser();
  const formId = useId();
  // What was there when the form opened: the list goes on being refreshed behind it.
  const [before] = useState(() => draftOf(camera, user.agency));
  const [draft, setDraft] = useState(before);
  const [problems, setProblems] = useState<Problems>({});
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  const save = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const checked = check(camera, draft, before);
    setError(null);
    setProblems(checked.ok ? {} : checked.problems);
    if (!checked.ok) {
      const first = draftFields.find((field) => checked.problems[field]);
      const control = first && form.elements.namedItem(first);
      if (control instanceof HTMLElement) control.focus();
      return;
    }
    setBusy(true);
    try {
      const saved = await checked.send();
      showToast(t('cameras:saved', { name: cameraName(saved, language) }));
      await queryClient.invalidateQueries({ queryKey: camerasQuery.queryKey });
      onClose();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };

  const bind = (field: DraftField) => ({
    name: field,
    value: draft[field],
    onChange: (event: { target: { value: string } }) => setDraft({ ...draft, [field]: event.target.value }),
  });
  const problem = (field: DraftField) => problems[field] && t(`cameras:problem.${problems[field]}`);

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      shape="drawer"
      title={camera ? cameraName(camera, language) : t('cameras:add')}
      footer={
        <>
          <Button onClick={onClose}>{t('common:cancel')}</Button>
          <Button type="submit" form={formId} tone="primary" busy={busy}>
            {t('common:save')}
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={save} noValidate className="flex flex-col gap-4">
        <Field label={t('cameras:name-en')} error={problem('name')}>
          {(ids) => <Input {...ids} {...bind('name')} dir="ltr" lang="en" autoFocus />}
        </Field>
        <Field label={t('cameras:name-ar')} error={problem('name_ar')} note={t('cameras:name-ar-note')}>
          {(ids) => <Input {...ids} {...bind('name_ar')} dir="rtl" lang="ar" />}
        </Field>
        <Field label={t('cameras:agency')} error={problem('source')}>
          {(ids) => (
            <Select {...ids} {...bind('source')}>
              {agencies.map(({ code }) => (
                <option key={code} value={code}>
                  {agencyName(agencies, code, language)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field
          label={t('cameras:main-address')}
          error={problem('rtsp_url')}
          note={camera ? t('cameras:password-note') : undefined}
        >
          {(ids) => <Input {...ids} {...bind('rtsp_url')} dir="ltr" spellCheck={false} placeholder="rtsp://" />}
        </Field>
        <Field label={t('cameras:sub-address')} error={problem('sub_rtsp_url')} note={t('cameras:sub-note')}>
          {(ids) => <Input {...ids} {...bind('sub_rtsp_url')} dir="ltr" spellCheck={false} placeholder="rtsp://" />}
        </Field>
        <div className="grid grid-cols-2 gap-4">
          <Field label={t('cameras:mode')}>
            {(ids) => (
              <Select {...ids} {...bind('mode')}>
                <option value="on-demand">{t('cameras:mode-on-demand')}</option>
                <option value="always">{t('cameras:mode-always')}</option>
              </Select>
            )}
          </Field>
          <Field label={t('cameras:transport')}>
            {(ids) => (
              <Select {...ids} {...bind('transport')}>
                <option value="auto">{t('cameras:transport-auto')}</option>
                <option value="tcp">TCP</option>
                <option value="udp">UDP</option>
              </Select>
            )}
          </Field>
        </div>
        <Field label={t('cameras:address')} error={problem('address')}>
          {(ids) => <Input {...ids} {...bind('address')} />}
        </Field>
        <div className="grid grid-cols-2 gap-4">
          <Field label={t('cameras:latitude')} error={problem('latitude')}>
            {(ids) => <Input {...ids} {...bind('latitude')} dir="ltr" inputMode="decimal" className="figures" />}
          </Field>
          <Field label={t('cameras:longitude')} error={problem('longitude')}>
            {(ids) => <Input {...ids} {...bind('longitude')} dir="ltr" inputMode="decimal" className="figures" />}
          </Field>
        </div>
        <div role="alert">
          {error !== null && (
            <p className="flex items-start gap-2 text-13 text-alarm">
              <CircleAlert size={16} className="mt-0.5 shrink-0" aria-hidden="true" />
              {errorSentence(error)}
            </p>
          )}
        </div>
      </form>
    </Dialog>
  );
}
