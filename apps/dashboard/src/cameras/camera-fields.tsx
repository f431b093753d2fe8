import type { Camera } from '@marsad/contract';
import { useTranslation } from 'react-i18next';
import { useSettings } from '../settings/settings-store.ts';
import { Check, Field, Input, Select } from '../ui/field.tsx';
import type { Draft, DraftField, Problems } from './camera-draft.ts';
import { agencyName } from './camera-name.ts';
import { useAgencies } from './cameras-query.ts';

interface Props {
  draft: Draft;
  problems: Problems;
  /** As it is saved; null for a new one. */
  camera: Camera | null;
  onChange: (draft: Draft) => void;
}

export function CameraFields({ draft, problems, camera, onChange }: Props) {
  const { t } = useTranslation();
  const language = useSettings((s) => s.language);
  const agencies = useAgencies();
  const bind = (field: DraftField) => ({
    name: field,
    value: draft[field],
    onChange: (event: { target: { value: string } }) => onChange({ ...draft, [field]: event.target.value }),
  });
  const problem = (field: DraftField) => problems[field] && t(`cameras:problem.${problems[field]}`);
  const pulled = draft.ingest === 'pull';
  const movable = draft.ptz_enabled !== '';
  const masked = draft.ptz_url !== '' && camera?.ptz_url === draft.ptz_url && draft.ptz_url.includes('***');

  return (
    <>
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
        label={t('cameras:ingest')}
        note={!pulled && camera?.ingest !== 'push' ? t('cameras:publish-after') : undefined}
      >
        {(ids) => (
          <Select {...ids} {...bind('ingest')}>
            <option value="pull">{t('cameras:ingest-pull')}</option>
            <option value="push">{t('cameras:ingest-push')}</option>
          </Select>
        )}
      </Field>
      {pulled && (
        <>
          <Field
            label={t('cameras:main-address')}
            error={problem('rtsp_url')}
            note={camera?.rtsp_url ? t('cameras:password-note') : undefined}
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
        </>
      )}
      <Check
        label={t('cameras:ptz')}
        name="ptz_enabled"
        checked={movable}
        onChange={(event) => onChange({ ...draft, ptz_enabled: event.target.checked ? 'on' : '' })}
      />
      {movable && (
        <Field
          label={t('cameras:ptz-address')}
          error={problem('ptz_url')}
          note={t(masked ? 'cameras:password-note' : pulled ? 'cameras:ptz-note' : 'cameras:ptz-note-push')}
        >
          {(ids) => (
            <Input
              {...ids}
              {...bind('ptz_url')}
              dir="ltr"
              spellCheck={false}
              placeholder="http://192.168.1.20/onvif/device_service"
            />
          )}
        </Field>
      )}
      <Field label={t('cameras:path')} error={problem('path')} note={t('cameras:path-note')}>
        {(ids) => <Input {...ids} {...bind('path')} dir="ltr" spellCheck={false} autoCapitalize="none" />}
      </Field>
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
    </>
  );
}
