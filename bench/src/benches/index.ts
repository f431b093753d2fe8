import type { Bench } from '../bench.ts';

/** Every bench there is, in the order the help shows them. */
export const benches: readonly Bench[] = [];
