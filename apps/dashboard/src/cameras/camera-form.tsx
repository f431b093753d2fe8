import type { Camera } from '@marsad/contract';
import { type FormEvent, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client.ts';
import { useUser } from '../session/use-session.ts';
import { useSettings } from '../settings/settings-store.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Failure } from '../ui/failure.tsx';
import { showToast } from '../ui/toast-store.ts';
import { checkChange, checkNew, type Draft, draftFields, draftOf, type Problems } from './camera-draft.ts';
import { CameraFields } from './camera-fields.tsx';
import { cameraName } from './camera-name.ts';
import { camerasQuery, queryClient } from './cameras-query.ts';
import { Publishing } from './publishing.tsx';

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

interface Props {
  /** Null: a new one. */
  camera: Camera | null;
  /** It was saved a moment ago, and is shown for its key. */
  made: boolean;
  onClose: () => void;
  /** Saved, and from now on published to us. */
  onPublished: (camera: Camera) => void;
}

/** A new camera or the change of one, in a drawer. */
export function CameraForm({ camera, made, onClose, onPublished }: Props) {
  const { t } = useTranslation();
  const language = useSettings((s) => s.language);
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
      if (saved.ingest === 'push' && before.ingest !== saved.ingest) onPublished(saved);
      else onClose();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };

  // Of the camera as it is saved: one that is to publish from now on has no key yet.
  const pushed = camera?.ingest === 'push';

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
      <div className="flex flex-col gap-5">
        {pushed && camera && <Publishing camera={camera} made={made} />}
        <form id={formId} onSubmit={save} noValidate className="flex flex-col gap-4">
          <CameraFields draft={draft} problems={problems} camera={camera} onChange={setDraft} />
          <Failure error={error} />
        </form>
      </div>
    </Dialog>
  );
}
