import type { HeldReservationView } from '@marsad/contract';
import { queryOptions } from '@tanstack/react-query';
import { api } from '../api/client.ts';

const page = 1000;

async function allReservations(signal: AbortSignal): Promise<HeldReservationView[]> {
  const all = new Map<string, HeldReservationView>();
  for (let offset = 0; ; offset += page) {
    const { reservations, count, total } = await api.admin.reservations({ query: { limit: page, offset }, signal });
    // One that ends between two pages moves the others up: none is shown twice.
    for (const held of reservations) all.set(held.reservation_id, held);
    if (count === 0 || offset + count >= total) return [...all.values()];
  }
}

/** Everybody's reservations, the oldest first. For administrators. */
export const reservationsQuery = queryOptions({
  queryKey: ['reservations'],
  queryFn: ({ signal }) => allReservations(signal),
});

/** Limit and use of every agency. For administrators. */
export const limitsQuery = queryOptions({
  queryKey: ['limits'],
  queryFn: async ({ signal }) => (await api.admin.limits({ signal })).limits,
});
