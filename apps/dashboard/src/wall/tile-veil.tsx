import type { Camera } from '@marsad/contract';
import { useTranslation } from 'react-i18next';
import { errorSentence } from '../api/error-sentence.ts';
import { agencyName } from '../cameras/camera-name.ts';
import { useAgencies, useCamerasById } from '../cameras/cameras-query.ts';
import { StateIcon } from '../cameras/state-mark.tsx';
import { useFormat } from '../format/use-format.ts';
import { useSettings } from '../settings/settings-store.ts';
import type { Condition } from './live/condition.ts';
import type { Feed } from './live/feed.ts';
import { wallSession } from './live/live.ts';
import { useWall } from './wall-store.ts';

interface Props {
  feed: Feed;
  condition: Exclude<Condition, { kind: 'live' } | { kind: 'connecting' }>;
  camera: Camera | undefined;
}

/** Covers what may be old: what is wrong, since when, what to do. */
export function TileVeil({ feed, condition, camera }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const { kind } = condition;
  const canRetry = kind === 'refused' || kind === 'failed' || (kind === 'offline' && !feed.reservation);
  const since = kind === 'frozen' || ('since' in condition && condition.since !== null) ? condition.since : null;
  const reason = useReason(condition, camera);
  return (
    <div className="tile-veil" data-kind={kind}>
      <StateIcon
        state={kind}
        size={22}
        className={kind === 'offline' || kind === 'failed' ? 'text-(--picture-alarm)' : 'text-(--picture-warning)'}
      />
      <p className="text-13 leading-tight font-semibold">
        {since === null
          ? t(`states:word.${kind}`)
          : t('states:since', { word: t(`states:word.${kind}`), time: format.since(since) })}
      </p>
      {reason && <p className="tile-reason max-w-80 text-12 leading-snug text-(--on-picture-2)">{reason}</p>}
      {kind !== 'frozen' && 'lastPictureAt' in condition && condition.lastPictureAt !== null && (
        <p className="tile-hint figures text-12 text-(--on-picture-2)">
          {t('states:last-picture', { time: format.since(condition.lastPictureAt) })}
        </p>
      )}
      {canRetry && (
        <button
          type="button"
          tabIndex={-1}
          className="tile-hint mt-1 h-8 rounded-control border border-white/40 px-3 text-12 font-medium hover:bg-white/15"
          onClick={() => wallSession.retry(feed.camera)}
        >
          {t('wall:retry')}
        </button>
      )}
    </div>
  );
}

function useReason(condition: Props['condition'], camera: Camera | undefined): string | null {
  const { t } = useTranslation();
  const format = useFormat();
  const language = useSettings((s) => s.language);
  const agencies = useAgencies();
  const cameras = useCamerasById();
  const tiles = useWall((s) => s.tiles);
  switch (condition.kind) {
    case 'frozen':
      return t('states:frozen-means');
    case 'failed':
      return errorSentence(condition.error);
    case 'refused': {
      const here = tiles.filter(
        (id) => id !== null && id !== camera?.id && cameras.get(id)?.source === condition.source,
      ).length;
      const numbers = t('states:refused-numbers', {
        name: agencyName(agencies, condition.source, language),
        current: format.number(condition.current),
        limit: format.number(condition.limit),
      });
      const advice = here > 0 ? t('states:refused-release', { here: format.number(here) }) : t('states:refused-wait');
      return `${numbers} ${advice}`;
    }
    case 'unsupported':
    case 'unauthorized':
    case 'offline':
      return condition.reason
        ? t(`states:reason.${condition.reason}`, { detail: condition.detail })
        : t('states:reason.NONE');
  }
}
