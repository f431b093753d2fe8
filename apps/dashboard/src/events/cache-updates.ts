import type { Camera, StreamStats } from '@marsad/contract';
import type { Batch } from './event-batch.ts';

/** The list with the states of the batch; the same list when nothing in it changed. */
export function withStates(cameras: readonly Camera[], states: Batch['cameras']): readonly Camera[] {
  let changed = false;
  const next = cameras.map((camera) => {
    const event = states.get(camera.id);
    if (!event) return camera;
    const { status, state, state_reason, state_detail, state_since, last_picture_at } = event;
    changed = true;
    return { ...camera, status, state, state_reason, state_detail, state_since, last_picture_at };
  });
  return changed ? next : cameras;
}

/** Whether the catalogue has something that events do not tell: a camera that is new here, or the size of a first picture. */
export function needsCatalogue(cameras: readonly Camera[], states: Batch['cameras']): boolean {
  if (states.size === 0) return false;
  const known = new Map(cameras.map((camera) => [camera.id, camera]));
  for (const [id, { state }] of states) {
    const camera = known.get(id);
    if (!camera || (state === 'live' && camera.width === null)) return true;
  }
  return false;
}

export function withLimits(stats: StreamStats, limits: Batch['limits']): StreamStats {
  const source_stats = { ...stats.source_stats };
  for (const [source, { current, limit }] of limits) {
    const before = source_stats[source];
    if (!before) continue;
    source_stats[source] = { ...before, current, limit, usage_percent: limit > 0 ? (current / limit) * 100 : 100 };
  }
  return { ...stats, source_stats };
}

/** The same text as long as nobody came or went. */
export function usersOf(stats: StreamStats): string {
  const viewers = stats.camera_stats.map(({ camera_id, viewer_count }) => `${camera_id} ${viewer_count}`).sort();
  return `${stats.total_viewers};${viewers.join()}`;
}
