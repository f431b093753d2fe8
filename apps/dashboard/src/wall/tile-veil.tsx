import type { ApiError } from '@marsad/contract';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { errorSentence } from '../api/error-sentence.ts';
import { agencyName } from '../cameras/camera-name.ts';
import { useAgencies } from '../cameras/cameras-query.ts';
import { StateIcon } from '../cameras/state-mark.tsx';
import { useFormat } from '../format/use-format.ts';
import { useSettings } from '../settings/settings-store.ts';
import { Countdown } from './countdown.tsx';
import type { Condition } from './live/condition.ts';
import type { Feed } from './live/feed.ts';
import { wallSession } from './live/live.ts';
import { MakeRoom, useOwnTiles } from './make-room.tsx';

interface Props {
  feed: Feed;
  condition: Exclude<Condition, { kind: 'live' } | { kind: 'connecting' }>;
}

const button = 'tile-hint mt-1 h-8 rounded-control border border-white/40 px-3 text-12 font-medium hover:bg-white/15';

/** Covers what may be old: what is wrong, since when, what to do. */
export function TileVeil({ feed, condition }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const { kind } = condition;
  const canRetry =
    kind === 'failed' || kind === 'delayed' || kind === 'ended' || (kind === 'offline' && !feed.reservation);
  const since = kind === 'frozen' || ('since' in condition && condition.since !== null) ? condition.since : null;
  const reason = useReason(condition);
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
      {kind === 'delayed' && <Countdown until={condition.until} />}
      {kind === 'refused' && (
        <MakeRoom condition={condition} wanted={feed.camera}>
          <button type="button" tabIndex={-1} className={button}>
            {t('wall:make-room')}
          </button>
        </MakeRoom>
      )}
      {canRetry && (
        <button type="button" tabIndex={-1} className={button} onClick={() => wallSession.retry(feed.camera)}>
          {kind === 'ended' ? t('wall:reserve-again') : t('wall:retry')}
        </button>
      )}
    </div>
  );
}

/** The sentence of the API would say when to try again, which the countdown does better. */
function delayedReason(error: ApiError, t: TFunction): string {
  if (error.code === 'RATE_LIMIT_EXCEEDED') return t('states:delayed-rate');
  if (error.code === 'SERVICE_UNAVAILABLE') return t('states:delayed-part');
  return errorSentence(error);
}

function useReason(condition: Props['condition']): string | null {
  const { t } = useTranslation();
  const format = useFormat();
  const language = useSettings((s) => s.language);
  const agencies = useAgencies();
  const own = useOwnTiles(condition.kind === 'refused' ? condition.source : '').length;
  switch (condition.kind) {
    case 'frozen':
      return t('states:frozen-means');
    case 'ended':
      return t('states:ended-means');
    case 'hidden':
      return t('states:reason.HIDDEN');
    case 'delayed':
      return delayedReason(condition.error, t);
    case 'failed':
      return errorSentence(condition.error);
    case 'refused': {
      const numbers = t('states:refused-numbers', {
        name: agencyName(agencies, condition.source, language),
        current: format.number(condition.current),
        limit: format.number(condition.limit),
      });
      const advice =
        own > 0 ? t('states:refused-release', { count: own, here: format.number(own) }) : t('states:refused-wait');
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
