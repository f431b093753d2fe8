import type { StreamStats } from '@marsad/contract';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { api } from '../api/client.ts';
import { useRefreshEvery } from '../events/hub.ts';

export const statsQuery = queryOptions({
  queryKey: ['stats'],
  queryFn: ({ signal }): Promise<StreamStats> => api.streams.stats({ signal }),
});

/** Streams in use; live while events come, else of at most five seconds ago. */
export function useStats() {
  return useQuery({ ...statsQuery, refetchInterval: useRefreshEvery(5000) });
}
