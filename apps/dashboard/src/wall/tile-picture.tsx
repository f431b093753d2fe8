import type { Camera } from '@marsad/contract';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { AgencyMark } from '../cameras/agency-mark.tsx';
import { StateIcon } from '../cameras/state-mark.tsx';
import { announce } from '../ui/live-region.tsx';
import type { Condition } from './live/condition.ts';
import type { Feed } from './live/feed.ts';
import { mountVideo } from './live/video-pool.ts';
import { useMoving } from './moving/moving-store.ts';
import { MovingTile } from './moving/moving-tile.tsx';
import { TileActions } from './tile-actions.tsx';
import { TileDelay } from './tile-delay.tsx';
import { TileVeil } from './tile-veil.tsx';
import { wordOf } from './tile-words.ts';

interface Props {
  tile: number;
  number: string;
  name: string;
  camera: Camera | undefined;
  feed: Feed;
  condition: Condition;
  focused: boolean;
  pointed: boolean;
  maximised: boolean;
}

const progress: Record<string, number> = { reserving: 20, joining: 50, opening: 70, waiting: 90 };

const iconColours: Partial<Record<Condition['kind'], string>> = {
  live: 'text-(--picture-well)',
  frozen: 'text-(--picture-warning)',
  offline: 'text-(--picture-alarm)',
  failed: 'text-(--picture-alarm)',
  refused: 'text-(--picture-warning)',
  delayed: 'text-(--picture-warning)',
  ended: 'text-(--picture-warning)',
  unsupported: 'text-(--picture-warning)',
  unauthorized: 'text-(--picture-warning)',
};

export function TilePicture({ tile, number, name, camera, feed, condition, focused, pointed, maximised }: Props) {
  const { t } = useTranslation();
  const screen = useRef<HTMLDivElement>(null);
  const word = t(`states:word.${wordOf(condition)}`);
  const moving = useMoving((s) => s.camera === feed.camera);

  useEffect(() => {
    if (screen.current) mountVideo(screen.current, feed.video);
  }, [feed]);

  // Only what an operator must know: trouble, and its end.
  const { kind } = condition;
  const troubled = useRef(false);
  useEffect(() => {
    if (kind === 'connecting') return;
    if (kind !== 'live' || troubled.current) announce(t('wall:announce', { name, state: t(`states:word.${kind}`) }));
    troubled.current = kind !== 'live';
  }, [kind, name, t]);

  return (
    <>
      <div ref={screen} className="absolute inset-0" />
      {kind === 'connecting' ? (
        <div className="tile-veil" data-kind="connecting">
          <span className="tile-reason text-12 text-(--on-picture-2)">{t(`states:step.${condition.step}`)}</span>
        </div>
      ) : (
        kind !== 'live' && <TileVeil feed={feed} condition={condition} />
      )}
      {kind === 'connecting' && (
        <div
          className="tile-progress"
          role="progressbar"
          aria-label={word}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={progress[condition.step]}
        >
          <span style={{ inlineSize: `${progress[condition.step]}%` }} />
        </div>
      )}
      <div className="tile-strip">
        <bdi className="tile-number figures min-w-5 justify-center rounded-tile bg-white/20 px-1 py-0.5 font-semibold">
          {number}
        </bdi>
        {camera && <AgencyMark source={camera.source} size={14} />}
        <bdi className="min-w-0 flex-1 truncate py-1 font-medium" title={name}>
          {name}
        </bdi>
        <StateIcon
          state={wordOf(condition)}
          size={13}
          {...(iconColours[kind] ? { className: iconColours[kind] } : {})}
        />
        <span data-kind={kind} className="tile-word whitespace-nowrap text-(--on-picture-2)">
          {word}
        </span>
        {kind === 'live' && <TileDelay feed={feed} />}
      </div>
      {/* A picture that falters while its camera turns takes nothing out of the operator's hand. */}
      {moving && (kind === 'live' || kind === 'frozen') && <MovingTile camera={feed.camera} name={name} />}
      {/* Only where they can be seen: 64 rows of hints would be the most expensive part of the wall. */}
      {(focused || pointed) && (
        <TileActions
          tile={tile}
          name={name}
          camera={camera}
          condition={condition}
          feed={feed}
          reachable={focused}
          maximised={maximised}
          moving={moving}
        />
      )}
    </>
  );
}
