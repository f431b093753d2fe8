import type { Camera } from '@marsad/contract';
import i18next from 'i18next';
import { Popover } from 'radix-ui';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { AgencyMark } from '../cameras/agency-mark.tsx';
import { agencyName, cameraName } from '../cameras/camera-name.ts';
import { useAgencies, useCamerasById } from '../cameras/cameras-query.ts';
import { useFormat } from '../format/use-format.ts';
import { useSettings } from '../settings/settings-store.ts';
import { showToast } from '../ui/toast-store.ts';
import { geometryOf } from './layout.ts';
import type { Condition } from './live/condition.ts';
import { wallSession } from './live/live.ts';
import { useWall } from './wall-store.ts';

type Refused = Extract<Condition, { kind: 'refused' }>;

interface OwnTile {
  readonly tile: number;
  readonly camera: Camera;
}

/** Tiles of this wall that hold a stream of the agency. */
export function useOwnTiles(source: string): readonly OwnTile[] {
  const cameras = useCamerasById();
  const tiles = useWall((s) => s.tiles);
  const layout = useWall((s) => s.layout);
  return tiles.slice(0, geometryOf(layout).cells.length).flatMap((id, tile) => {
    const camera = id === null ? undefined : cameras.get(id);
    const held = camera?.source === source && wallSession.feed(camera.id)?.reservation;
    return camera && held ? [{ tile, camera }] : [];
  });
}

/** Takes one camera off the wall so that another, which was refused, gets its stream. */
function release(given: Camera, wanted: string, name: string): void {
  const wall = useWall.getState();
  wallSession.prefer(wanted);
  wall.remove(wall.tiles.indexOf(given.id));
  showToast(i18next.t('wall:released', { name }), {
    action: { label: i18next.t('common:undo'), run: useWall.getState().undo },
  });
}

interface Props {
  condition: Refused;
  /** The camera that was refused. */
  wanted: string;
  children: ReactNode;
}

/** What a refused tile can do about it: the numbers, and the operator's own streams of that agency to choose from. */
export function MakeRoom({ condition, wanted, children }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const language = useSettings((s) => s.language);
  const agencies = useAgencies();
  const own = useOwnTiles(condition.source);
  return (
    <Popover.Root>
      <Popover.Trigger asChild>{children}</Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          side="top"
          sideOffset={6}
          collisionPadding={12}
          aria-label={t('wall:make-room')}
          // Keys in here are not those of the tile below.
          onKeyDown={(event) => event.stopPropagation()}
          onDoubleClick={(event) => event.stopPropagation()}
          className="appear z-50 flex max-h-80 w-80 flex-col rounded-control border border-hairline bg-surface-2 text-13 text-text shadow-float"
        >
          <div className="border-b border-hairline px-4 py-3">
            <p className="flex items-center gap-2 font-semibold">
              <AgencyMark source={condition.source} />
              {agencyName(agencies, condition.source, language)}
              <bdi dir="ltr" className="figures ms-auto">
                {format.number(condition.current)}/{format.number(condition.limit)}
              </bdi>
            </p>
            <p className="mt-1 text-12 text-text-2">
              {own.length > 0 ? t('wall:make-room-how') : t('wall:make-room-none')}
            </p>
          </div>
          {own.length > 0 && (
            <ul className="min-h-0 overflow-y-auto p-1">
              {own.map(({ tile, camera }) => {
                const name = cameraName(camera, language);
                return (
                  <li key={camera.id} className="flex items-center gap-2 ps-3">
                    <bdi className="figures w-5 text-text-muted">{format.number(tile + 1)}</bdi>
                    <bdi className="min-w-0 flex-1 truncate" title={name}>
                      {name}
                    </bdi>
                    <Popover.Close asChild>
                      <button
                        type="button"
                        aria-label={t('wall:release-name', { name })}
                        className="h-8 rounded-control px-3 font-semibold text-accent hover:bg-surface-3"
                        onClick={() => release(camera, wanted, name)}
                      >
                        {t('wall:release')}
                      </button>
                    </Popover.Close>
                  </li>
                );
              })}
            </ul>
          )}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
