import type { Agency, Camera } from '@marsad/contract';
import { QueryClient, queryOptions, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api } from '../api/client.ts';
import { useRefreshEvery } from '../events/hub.ts';

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { retry: 1, staleTime: 4000, refetchOnWindowFocus: true },
  },
});

const page = 1000;

async function allCameras(signal: AbortSignal): Promise<Camera[]> {
  const cameras: Camera[] = [];
  for (;;) {
    const answer = await api.cameras.list({ query: { limit: page, offset: cameras.length }, signal });
    cameras.push(...answer.cameras);
    if (answer.count === 0 || cameras.length >= answer.total) return cameras;
  }
}

export const camerasQuery = queryOptions({
  queryKey: ['cameras'],
  queryFn: ({ signal }) => allCameras(signal),
});

/** Every camera the user may view, with its state: live while events come, else of at most five seconds ago. */
export function useCameras(enabled = true) {
  return useQuery({ ...camerasQuery, enabled, refetchInterval: useRefreshEvery(5000) });
}

export function camerasNow(): readonly Camera[] {
  return queryClient.getQueryData(camerasQuery.queryKey) ?? [];
}

export function useCamerasById(): ReadonlyMap<string, Camera> {
  const { data } = useCameras();
  return useMemo(() => new Map(data?.map((camera) => [camera.id, camera])), [data]);
}

const noAgencies: readonly Agency[] = [];

export function useAgencies(): readonly Agency[] {
  const { data } = useQuery({
    queryKey: ['agencies'],
    queryFn: async ({ signal }) => (await api.agencies.list({ signal })).agencies,
    staleTime: 10 * 60_000,
  });
  return data ?? noAgencies;
}
