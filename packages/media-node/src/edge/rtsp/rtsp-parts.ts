import type { EdgeParts } from '../edge-parts.ts';

/** What the RTSP server shares with the rest of its edge. */
export type RtspParts = Pick<EdgeParts, 'rooms' | 'access' | 'publishing' | 'metrics' | 'pacer' | 'clock' | 'log'>;
