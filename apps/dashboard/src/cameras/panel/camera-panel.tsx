import { Cctv, Search, SearchX } from 'lucide-react';
import { useDeferredValue, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { keysOf } from '../../commands/commands.ts';
import { useFrame } from '../../frame/frame-store.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FailedState } from '../../ui/failed-state.tsx';
import { Input } from '../../ui/field.tsx';
import { Keys } from '../../ui/keys.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { findCameras } from '../camera-name.ts';
import { useCameras } from '../cameras-query.ts';
import { CameraTree } from './camera-tree.tsx';

export function CameraPanel({ width }: { width: number }) {
  const { t } = useTranslation();
  const { data, error, isPending, refetch } = useCameras();
  const [query, setQuery] = useState('');
  const deferred = useDeferredValue(query);
  const search = useRef<HTMLInputElement>(null);
  const tree = useRef<HTMLDivElement>(null);
  const finding = useFrame((s) => s.finding);
  const [seen] = useState(finding);

  useEffect(() => {
    if (finding > seen) search.current?.focus();
  }, [finding, seen]);

  const found = data ? findCameras(data, deferred) : [];
  const iconSize = { size: 28, strokeWidth: 1.5 };

  return (
    <aside
      aria-label={t('cameras:panel')}
      className="flex shrink-0 flex-col bg-surface-1"
      style={{ inlineSize: width }}
    >
      <div className="flex h-11 shrink-0 items-center border-b border-hairline px-2 compact:h-10">
        <div className="relative w-full">
          <Search
            size={16}
            aria-hidden="true"
            className="pointer-events-none absolute inset-y-0 start-2.5 my-auto text-text-muted"
          />
          <Input
            ref={search}
            type="search"
            value={query}
            aria-label={t('cameras:search')}
            placeholder={t('cameras:search')}
            className="search-box peer h-8 border-transparent bg-surface-2 ps-8 pe-8 text-13"
            onChange={(event) => setQuery(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'ArrowDown' || event.key === 'Enter') {
                event.preventDefault();
                tree.current?.focus();
              } else if (event.key === 'Escape' && query !== '') {
                event.preventDefault();
                setQuery('');
              }
            }}
          />
          <span className="pointer-events-none absolute inset-y-0 end-1.5 flex items-center peer-focus:hidden peer-[:not(:placeholder-shown)]:hidden">
            <Keys keys={keysOf('find-camera') ?? ''} />
          </span>
        </div>
      </div>
      {isPending ? (
        <TreeSkeleton />
      ) : data === undefined ? (
        <FailedState error={error} onRetry={() => void refetch()} />
      ) : data.length === 0 ? (
        <EmptyState icon={<Cctv {...iconSize} />}>{t('cameras:none-to-view')}</EmptyState>
      ) : found.length === 0 ? (
        <EmptyState
          icon={<SearchX {...iconSize} />}
          action={<Button onClick={() => setQuery('')}>{t('cameras:clear-search')}</Button>}
        >
          {t('cameras:none-found', { query: deferred })}
        </EmptyState>
      ) : (
        <CameraTree ref={tree} cameras={found} searching={deferred !== ''} />
      )}
    </aside>
  );
}

function TreeSkeleton() {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t('cameras:loading')} className="flex flex-col gap-4 p-4">
      {[64, 48, 72, 56, 60, 44, 68, 52].map((width) => (
        <span key={width} className="flex items-center gap-3" style={{ inlineSize: `${width + 24}%` }}>
          <Skeleton className="size-4" />
          <Skeleton className="h-3 flex-1" />
        </span>
      ))}
    </div>
  );
}
