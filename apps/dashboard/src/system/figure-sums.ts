import type { FigureSample } from '@marsad/contract';

const troubles = ['frozen', 'offline', 'unsupported', 'unauthorized'] as const;

export function viewersOf({ viewers }: FigureSample): number {
  return Object.values(viewers).reduce((sum, count) => sum + count, 0);
}

/** Streams that somebody should look at. */
export function troubledOf({ streams }: FigureSample): number {
  return troubles.reduce((sum, state) => sum + (streams[state] ?? 0), 0);
}
