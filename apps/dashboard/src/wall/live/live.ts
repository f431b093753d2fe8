import type { Camera } from '@marsad/contract';
import { useSyncExternalStore } from 'react';
import { serverClock } from '../../api/server-clock.ts';
import type { Condition } from './condition.ts';
import type { Delay } from './delay.ts';
import type { Feed } from './feed.ts';
import { StatsPoll } from './stats-poll.ts';
import { WallSession } from './wall-session.ts';

export const wallSession = new WallSession();
const statsPoll = new StatsPoll(wallSession);

let leaving: ReturnType<typeof setTimeout> | undefined;

/** The wall is on the screen. */
export function enterWall(): void {
  clearTimeout(leaving);
  serverClock.start();
  wallSession.start();
  statsPoll.start();
}

/** A look at another page is no reason to give the cameras up at once. */
export function leaveWall(): void {
  clearTimeout(leaving);
  leaving = setTimeout(endWall, 20_000);
}

/** Now: signed out. */
export function endWall(): void {
  clearTimeout(leaving);
  statsPoll.close();
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
