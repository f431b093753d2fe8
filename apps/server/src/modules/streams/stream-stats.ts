import type { Source, SourceStats, StreamStats } from '@marsad/contract';
import { AppError } from '../../platform/app-error.ts';
import type { SourceUse } from './stream-answers.ts';

/** Where the limit is known. */
export interface KnownUse extends SourceUse {
  readonly limit: number;
}

/** What everybody watches at one moment, with the cameras' names. */
export interface StatsSnapshot {
  readonly uses: readonly KnownUse[];
  readonly names: ReadonlyMap<string, string>;
  readonly timestamp: string;
}

/**
 * A limit is unknown after Valkey has come back empty, for as long as it takes to tell it again. That is not a limit of 0:
 * every agency would be full.
 * @throws AppError `SERVICE_UNAVAILABLE`
 */
export function withLimits(uses: readonly SourceUse[]): KnownUse[] {
  return uses.map((use) => {
    if (use.limit === null) throw new AppError('SERVICE_UNAVAILABLE', { part: 'valkey' });
    return { ...use, limit: use.limit };
  });
}

/** The documented body, of these agencies. */
export function statsFor({ uses: all, names, timestamp }: StatsSnapshot, visible: readonly Source[]): StreamStats {
  const uses = all.filter(({ source }) => visible.includes(source));
  return {
    active_streams: uses.reduce((sum, { cameras }) => sum + cameras.length, 0),
    total_viewers: uses.reduce((sum, { reservations }) => sum + reservations, 0),
    source_stats: Object.fromEntries(uses.map((use) => [use.source, sourceStatsOf(use)])),
    camera_stats: uses.flatMap(({ source, cameras }) =>
      cameras.map(({ id, viewers, since }) => ({
        camera_id: id,
        camera_name: names.get(id) ?? id,
        viewer_count: viewers,
        source,
        active_since: new Date(since).toISOString(),
      })),
    ),
    timestamp,
  };
}

function sourceStatsOf({ source, current, limit, cameras }: KnownUse): SourceStats {
  return {
    source,
    current,
    limit,
    // A limit of 0 that somebody is over is full, not infinitely so.
    usage_percent: limit > 0 ? Math.round((current / limit) * 1000) / 10 : current > 0 ? 100 : 0,
    active_cameras: cameras.length,
  };
}
