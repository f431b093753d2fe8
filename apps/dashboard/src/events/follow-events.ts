import { camerasQuery, queryClient } from '../cameras/cameras-query.ts';
import { limitsQuery, reservationsQuery } from '../streams/admin-queries.ts';
import { statsQuery } from '../streams/stats-query.ts';
import { showAlerts } from './alert-toasts.ts';
import { needsCatalogue, usersOf, withLimits, withStates } from './cache-updates.ts';
import type { Batch } from './event-batch.ts';
import { hub } from './hub.ts';

const pause = 1000;

/** Runs at once, then at most once a second, never forgetting the last call. */
function sparingly(run: () => void): { call: () => void; cancel: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let again = false;
  const call = () => {
    if (timer !== undefined) {
      again = true;
      return;
    }
    run();
    timer = setTimeout(() => {
      timer = undefined;
      if (again) call();
      again = false;
    }, pause);
  };
  return { call, cancel: () => clearTimeout(timer) };
}

/** Brings what the server says into what is shown, until the answer is called. */
export function followEvents(): () => void {
  const catalogue = sparingly(() => void queryClient.invalidateQueries({ queryKey: camerasQuery.queryKey }));
  const reservations = sparingly(() => void queryClient.invalidateQueries({ queryKey: reservationsQuery.queryKey }));
  const limits = sparingly(() => void queryClient.invalidateQueries({ queryKey: limitsQuery.queryKey }));
  let users = '';

  const apply = (batch: Batch) => {
    const cameras = queryClient.getQueryData(camerasQuery.queryKey);
    if (cameras && batch.cameras.size > 0) {
      const next = withStates(cameras, batch.cameras);
      if (next !== cameras) queryClient.setQueryData(camerasQuery.queryKey, [...next]);
      if (needsCatalogue(cameras, batch.cameras)) catalogue.call();
    }
    if (batch.stats) queryClient.setQueryData(statsQuery.queryKey, batch.stats);
    if (batch.limits.size > 0) {
      queryClient.setQueryData(statsQuery.queryKey, (stats) => stats && withLimits(stats, batch.limits));
      limits.call();
    }
    const now = batch.stats ? usersOf(batch.stats) : users;
    if (now !== users || batch.limits.size > 0) reservations.call();
    users = now;
    if (batch.alerts.length > 0) showAlerts(batch.alerts);
  };

  // What happened while events were away is asked for once, at their end and at their return.
  const catchUp = () => {
    for (const { queryKey } of [camerasQuery, statsQuery, limitsQuery, reservationsQuery]) {
      void queryClient.invalidateQueries({ queryKey });
    }
  };

  const stops = [hub.listen(apply), hub.subscribe(catchUp)];
  hub.start();
  return () => {
    for (const stop of stops) stop();
    for (const each of [catalogue, reservations, limits]) each.cancel();
    hub.close();
  };
}
