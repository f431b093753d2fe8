import type { Camera } from '@marsad/contract';
import { useSyncExternalStore } from 'react';
import { serverClock } from '../../api/server-clock.ts';
import { queryClient } from '../../cameras/cameras-query.ts';
import { statsQuery } from '../../streams/stats-query.ts';
import type { Condition } from './condition.ts';
import type { Delay } from './delay.ts';
import type { Feed } from './feed.ts';
import { FeedChecks } from './feed-checks.ts';
import { WallSession } from './wall-session.ts';

export const wallSession = new WallSession();
const feedChecks = new FeedChecks(wallSession);

/** Events or, without them, the numbers that are asked for: either way a stream that became free is taken at once. */
function followCapacity(): () => void {
  return queryClient.getQueryCache().subscribe(({ type, query }) => {
    if (type !== 'updated' || query.queryKey[0] !== statsQuery.queryKey[0]) return;
    const stats = queryClient.getQueryData(statsQuery.queryKey);
    for (const { source, current, limit } of Object.values(stats?.source_stats ?? {})) {
      if (current < limit) wallSession.capacity(source, limit - current);
    }
  });
}

let stopFollowing: (() => void) | null = null;
let leaving: ReturnType<typeof setTimeout> | undefined;

/** The wall is on the screen. */
export function enterWall(): void {
  clearTimeout(leaving);
  serverClock.start();
  wallSession.start();
  feedChecks.start();
  stopFollowing ??= followCapacity();
}

/** A look at another page is no reason to give the cameras up at once. */
export function leaveWall(): void {
  clearTimeout(leaving);
  leaving = setTimeout(endWall, 20_000);
}

/** Now: signed out. */
export function endWall(): void {
  clearTimeout(leaving);
  stopFollowing?.();
  stopFollowing = null;
  feedChecks.close();
  serverClock.close();
  wallSession.close();
}

const none = () => () => {};
const connecting: Condition = { kind: 'connecting', step: 'reserving' };

export function useFeed(camera: Camera['id']): Feed | undefined {
  return useSyncExternalStore(wallSession.subscribe, () => wallSession.feed(camera));
}

export function useCondition(feed: Feed | undefined): Condition {
  return useSyncExternalStore(feed?.subscribe ?? none, feed?.condition ?? (() => connecting));
}

export function useDelay(feed: Feed | undefined): Delay | null {
  return useSyncExternalStore(feed?.subscribeDelay ?? none, feed?.delay ?? (() => null));
}
