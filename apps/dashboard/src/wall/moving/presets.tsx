import type { PtzPreset } from '@marsad/contract';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { Popover } from 'radix-ui';
import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client.ts';
import { errorSentence } from '../../api/error-sentence.ts';
import { queryClient } from '../../cameras/cameras-query.ts';
import { useFormat } from '../../format/use-format.ts';
import { Button } from '../../ui/button.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';

function presetsQuery(camera: string) {
  return queryOptions({
    queryKey: ['presets', camera],
    queryFn: async ({ signal }) => (await api.ptz.presets({ params: { id: camera }, signal })).presets,
    // Stored in the camera, by hand and seldom. What it answers with is the same the second time.
    staleTime: 60_000,
    retry: false,
  });
}

/** Its name, when the list has been opened before. */
export function knownPreset(camera: string, number: number): PtzPreset | undefined {
  return queryClient.getQueryData(presetsQuery(camera).queryKey)?.find(({ preset_id }) => preset_id === number);
}

interface Props {
  camera: string;
  onPick: (number: number) => void;
  /** The focus is to go somewhere. */
  onClosed: () => void;
}

/** The places a camera has stored, each with the digit that turns to it; what a `Popover.Root` opens. */
export function Presets({ camera, onPick, onClosed }: Props) {
  const { t } = useTranslation();
  return (
    // In the tile while that alone is on the screen.
    <Popover.Portal container={document.fullscreenElement instanceof HTMLElement ? document.fullscreenElement : null}>
      <Popover.Content
        side="top"
        align="end"
        sideOffset={4}
        collisionPadding={12}
        aria-label={t('wall:moving.presets')}
        onKeyDown={(event) => {
          // Keys in here are not those of the tile below.
          event.stopPropagation();
          onKeyDown(event, onPick);
        }}
        onCloseAutoFocus={(event) => {
          event.preventDefault();
          onClosed();
        }}
        onDoubleClick={(event) => event.stopPropagation()}
        className="appear z-50 flex max-h-80 w-64 flex-col rounded-control border border-hairline bg-surface-2 text-13 text-text shadow-float outline-none"
      >
        <p className="border-b border-hairline px-4 py-2 font-semibold">{t('wall:moving.presets')}</p>
        <PresetList camera={camera} onPick={onPick} />
      </Popover.Content>
    </Popover.Portal>
  );
}

/** Arrows go through the list, digits to their preset. */
function onKeyDown(event: KeyboardEvent<HTMLElement>, pick: (number: number) => void): void {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const [, digit] = /^(?:Digit|Numpad)([1-9])$/.exec(event.code) ?? [];
  const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>('button')];
  const at = buttons.indexOf(document.activeElement as HTMLElement);
  if (event.key === 'ArrowDown') buttons[Math.min(at + 1, buttons.length - 1)]?.focus();
  else if (event.key === 'ArrowUp') buttons[Math.max(at - 1, 0)]?.focus();
  else if (event.key === 'Home') buttons[0]?.focus();
  else if (event.key === 'End') buttons.at(-1)?.focus();
  else if (digit && !event.shiftKey) pick(Number(digit));
  else return;
  event.preventDefault();
}

function PresetList({ camera, onPick }: { camera: string; onPick: (number: number) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { data, error, isFetching, refetch } = useQuery(presetsQuery(camera));
  if (data === undefined && isFetching) {
    return (
      <div role="status" className="flex flex-col gap-3 px-4 py-3">
        <span className="sr-only">{t('wall:moving.presets-loading')}</span>
        <Skeleton className="h-3 w-3/4 bg-surface-3!" />
        <Skeleton className="h-3 w-1/2 bg-surface-3!" />
        <Skeleton className="h-3 w-2/3 bg-surface-3!" />
      </div>
    );
  }
  if (data === undefined) {
    return (
      <div className="flex flex-col items-start gap-3 px-4 py-3">
        <p role="alert" className="text-alarm">
          {errorSentence(error)}
        </p>
        <Button onClick={() => void refetch()}>{t('common:try-again')}</Button>
      </div>
    );
  }
  if (data.length === 0) return <p className="px-4 py-3 text-text-2">{t('wall:moving.presets-none')}</p>;
  return (
    <ul className="min-h-0 overflow-y-auto p-1">
      {data.map(({ preset_id: number, name }) => (
        <li key={number}>
          <button
            type="button"
            data-preset={number}
            className="flex h-8 w-full items-center gap-2 rounded-tile px-3 text-start hover:bg-surface-3 focus-visible:-outline-offset-2"
            onClick={() => onPick(number)}
          >
            <bdi className="figures w-6 text-text-muted">{format.number(number, { useGrouping: false })}</bdi>
            <bdi className="min-w-0 flex-1 truncate" title={name}>
              {name}
            </bdi>
          </button>
        </li>
      ))}
    </ul>
  );
}
