import type { Camera } from '@marsad/contract';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Cctv, Plus, Search, SearchX } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../format/use-format.ts';
import { useUser } from '../session/use-session.ts';
import { useSettings } from '../settings/settings-store.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { FailedState } from '../ui/failed-state.tsx';
import { Input, Select } from '../ui/field.tsx';
import { CameraForm } from './camera-form.tsx';
import { agencyName, findCameras } from './camera-name.ts';
import { CameraTable } from './camera-table.tsx';
import { useAgencies, useCameras } from './cameras-query.ts';
import type { CamerasSearch } from './cameras-search.ts';

export function CamerasPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const language = useSettings((s) => s.language);
  const { is_admin: isAdmin } = useUser();
  const agencies = useAgencies();
  const { data, error, isPending, refetch } = useCameras();
  const search = useSearch({ from: '/inside/cameras' });
  const navigate = useNavigate({ from: '/cameras' });
  const [editing, setEditing] = useState<{ camera: Camera | null; made?: true } | null>(null);
  const addCamera = () => setEditing({ camera: null });

  const filter = (change: { [K in keyof CamerasSearch]: CamerasSearch[K] | undefined }) => {
    const next = Object.fromEntries(Object.entries({ ...search, ...change }).filter(([, value]) => value));
    void navigate({ search: next as CamerasSearch, replace: true });
  };
  const shown = useMemo(() => {
    const found = findCameras(data ?? [], search.q ?? '');
    return found.filter(
      (camera) =>
        (!search.source || camera.source === search.source) && (!search.status || camera.status === search.status),
    );
  }, [data, search]);
  const filtered = search.q || search.source || search.status;
  const iconSize = { size: 28, strokeWidth: 1.5 };

  return (
    <section className="flex min-w-0 flex-1 flex-col bg-canvas">
      <header className="flex flex-wrap items-center gap-3 px-6 pt-5 pb-4">
        <h1 className="text-20 font-semibold">{t('common:cameras')}</h1>
        {data && (
          <p className="figures text-13 text-text-muted" role="status">
            {t('cameras:count', { shown: format.number(shown.length), total: format.number(data.length) })}
          </p>
        )}
        <div className="ms-auto flex flex-wrap items-center gap-2">
          <div className="relative w-60">
            <Search
              size={16}
              aria-hidden="true"
              className="pointer-events-none absolute inset-y-0 start-3 my-auto text-text-muted"
            />
            <Input
              type="search"
              aria-label={t('cameras:search')}
              placeholder={t('cameras:search')}
              value={search.q ?? ''}
              className="search-box ps-9"
              onChange={(event) => filter({ q: event.target.value })}
            />
          </div>
          <Select
            aria-label={t('cameras:agency')}
            value={search.source ?? ''}
            className="w-44!"
            onChange={(event) => filter({ source: event.target.value })}
          >
            <option value="">{t('cameras:every-agency')}</option>
            {agencies.map(({ code }) => (
              <option key={code} value={code}>
                {agencyName(agencies, code, language)}
              </option>
            ))}
          </Select>
          <Select
            aria-label={t('cameras:status')}
            value={search.status ?? ''}
            className="w-36!"
            onChange={(event) => filter({ status: event.target.value as CamerasSearch['status'] })}
          >
            <option value="">{t('cameras:every-status')}</option>
            <option value="ONLINE">{t('states:status.ONLINE')}</option>
            <option value="OFFLINE">{t('states:status.OFFLINE')}</option>
            <option value="ERROR">{t('states:status.ERROR')}</option>
          </Select>
          {isAdmin && (
            <Button tone="primary" icon={<Plus size={16} />} onClick={addCamera}>
              {t('cameras:add')}
            </Button>
          )}
        </div>
      </header>
      {data === undefined && !isPending ? (
        <FailedState error={error} onRetry={() => void refetch()} />
      ) : data && shown.length === 0 ? (
        filtered ? (
          <EmptyState
            icon={<SearchX {...iconSize} />}
            action={
              <Button onClick={() => void navigate({ search: {}, replace: true })}>{t('cameras:clear-filters')}</Button>
            }
          >
            {t('cameras:none-match')}
          </EmptyState>
        ) : (
          <EmptyState
            icon={<Cctv {...iconSize} />}
            action={
              isAdmin && (
                <Button tone="primary" onClick={addCamera}>
                  {t('cameras:add')}
                </Button>
              )
            }
          >
            {t('cameras:none-to-view')}
          </EmptyState>
        )
      ) : (
        <CameraTable cameras={data ? shown : null} isAdmin={isAdmin} onEdit={(camera) => setEditing({ camera })} />
      )}
      {editing !== null && (
        <CameraForm
          key={`${editing.camera?.id} ${editing.made}`}
          camera={editing.camera}
          made={editing.made ?? false}
          onClose={() => setEditing(null)}
          onPublished={(camera) => setEditing({ camera, made: true })}
        />
      )}
    </section>
  );
}
