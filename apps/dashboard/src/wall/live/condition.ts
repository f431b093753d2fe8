import { ApiError, type StreamReason, StreamState, streamReasons } from '@marsad/contract';

/** What a tile has to say about its camera. Each kind has a shape of its own on the wall. */
export type Condition =
  | { readonly kind: 'connecting'; readonly step: 'reserving' | 'joining' | 'opening' | 'waiting' }
  | { readonly kind: 'live' }
  | { readonly kind: 'frozen'; readonly since: number }
  | Trouble
  /** An administrator has taken the picture from everybody. */
  | { readonly kind: 'hidden'; readonly since: number | null }
  | { readonly kind: 'refused'; readonly source: string; readonly current: number; readonly limit: number }
  /** Not now: asked again at `until` (ms since the epoch). */
  | { readonly kind: 'delayed'; readonly error: ApiError; readonly until: number }
  /** The reservation was ended by somebody else than this wall. */
  | { readonly kind: 'ended'; readonly since: number }
  | { readonly kind: 'failed'; readonly error: unknown };

interface Trouble {
  readonly kind: 'offline' | 'unauthorized' | 'unsupported';
  readonly reason: StreamReason | null;
  readonly detail: string;
  readonly since: number | null;
  readonly lastPictureAt: number | null;
}

/** Attributes of a room participant, as the edge writes them; everything is a string there. */
export type Attributes = Readonly<Record<string, string>>;

const knownReason = (text: unknown): StreamReason | null => streamReasons.find((known) => known === text) ?? null;

/** Ms since the epoch of an RFC 3339 text. */
const moment = (text: unknown): number | null => {
  const value = typeof text === 'string' ? Date.parse(text) : Number.NaN;
  return Number.isNaN(value) ? null : value;
};

const time = (text: string | undefined): number | null => {
  const value = Number(text);
  return text && Number.isFinite(value) && value > 0 ? value : null;
};

/**
 * The condition that the edge reports.
 *
 * @param showing whether a picture of this spell of `live` has been shown: until then an old one may be on the screen
 */
export function reportedCondition(attributes: Attributes, showing: boolean, now: number): Condition {
  const state = StreamState.safeParse(attributes['state']);
  const reason = knownReason(attributes['reason']);
  const since = time(attributes['since']);
  const lastPictureAt = time(attributes['last_picture_at']);
  const trouble = (kind: Trouble['kind']): Trouble => ({
    kind,
    reason,
    detail: attributes['detail'] ?? '',
    since,
    lastPictureAt,
  });
  // A LiveKit server that is not ours sends no attributes: then the pictures speak for themselves.
  if (!state.success) return showing ? { kind: 'live' } : { kind: 'connecting', step: 'opening' };
  switch (state.data) {
    case 'live':
      return showing ? { kind: 'live' } : { kind: 'connecting', step: 'waiting' };
    case 'idle':
    case 'connecting':
      return { kind: 'connecting', step: 'opening' };
    case 'frozen':
      return { kind: 'frozen', since: lastPictureAt ?? since ?? now };
    case 'offline':
      return reason === 'HIDDEN' ? { kind: 'hidden', since } : trouble(state.data);
    case 'unsupported':
    case 'unauthorized':
      return trouble(state.data);
  }
}

/**
 * The condition after a reservation was not given.
 *
 * @param until when it is asked for again, ms since the epoch; null when it is not
 */
export function refusedCondition(error: unknown, until: number | null): Condition {
  if (error instanceof ApiError) {
    const { source, current, limit } = error.facts;
    if (error.code === 'AGENCY_LIMIT_EXCEEDED') {
      return { kind: 'refused', source: String(source), current: Number(current), limit: Number(limit) };
    }
    if (error.code === 'CAMERA_OFFLINE') {
      const { reason, detail, since, last_picture_at } = error.facts;
      return {
        kind: 'offline',
        reason: knownReason(reason),
        detail: typeof detail === 'string' ? detail : '',
        since: moment(since),
        lastPictureAt: moment(last_picture_at),
      };
    }
    if (until !== null) return { kind: 'delayed', error, until };
  }
  return { kind: 'failed', error };
}

/** When to ask again, in ms; null when asking again cannot help. */
export function retryDelay(error: unknown, attempt: number): number | null {
  if (error instanceof ApiError) {
    if (error.code === 'RATE_LIMIT_EXCEEDED') return (Number(error.facts['retry_after']) || 2) * 1000;
    // Said by an event, or by the numbers that are asked for without events, long before.
    if (error.code === 'AGENCY_LIMIT_EXCEEDED') return 30_000;
    if (error.code === 'CAMERA_OFFLINE') return 10_000;
    if (error.status >= 400 && error.status < 500) return null;
  }
  return Math.min(10_000, 500 * 2 ** attempt);
}
