import type { StreamState, StreamStatus } from '@marsad/contract';

/** A stream in this state, without a reason, since `since` (milliseconds since the epoch). */
export function streamStatus(state: StreamState, since = 1): StreamStatus {
  return { state, reason: null, detail: null, since, last_picture_at: null, next_attempt_at: null };
}
