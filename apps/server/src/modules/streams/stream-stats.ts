import type { Source, SourceStats, StreamStats } from '@marsad/contract';
import type { SourceUse } from './stream-answers.ts';

/** What everybody watches at one moment, with the cameras' names. */
export interface StatsSnapshot {
  readonly uses: readonly SourceUse[];
  readonly names: ReadonlyMap<string, string>;
  readonly timestamp: string;
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

function sourceStatsOf({ source, current, limit, cameras }: SourceUse): SourceStats {
  const most = limit ?? 0;
  return {
    source,
    current,
    limit: most,
    // A limit of 0 that somebody is over is full, not infinitely so.
    usage_percent: most > 0 ? Math.round((current / most) * 1000) / 10 : current > 0 ? 100 : 0,
    active_cameras: cameras.length,
  };
}
