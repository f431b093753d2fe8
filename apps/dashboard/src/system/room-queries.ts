import { queryOptions } from '@tanstack/react-query';
import { api } from '../api/client.ts';

/** Rooms whose name has `q` in it, the newest first; two hundred at most. For administrators. */
export const roomsQuery = (q: string) =>
  queryOptions({
    queryKey: ['rooms', q],
    queryFn: ({ signal }) => api.rooms.list({ query: { limit: 200, ...(q === '' ? {} : { q }) }, signal }),
  });

export const roomQuery = (room: string) =>
  queryOptions({
    queryKey: ['room', room],
    queryFn: ({ signal }) => api.rooms.participants({ params: { room }, signal }),
  });
