import { z } from 'zod';

/**
 * What a stream is doing, as the engine sees it. The word an operator reads is made from this and `reason`.
 *
 * - `idle`: on-demand, nobody watches, the last probe found it well
 * - `connecting`: being opened, no picture yet
 * - `live`: pictures arrive
 * - `frozen`: connected, but no picture for longer than two seconds: what is shown is old
 * - `offline`: cannot be reached or ended; tried again with back-off
 * - `unsupported`: reachable, but it sends what cannot be shown (codec, no video track)
 * - `unauthorized`: the camera refuses the name or password
 */
export const streamStates = ['idle', 'connecting', 'live', 'frozen', 'offline', 'unsupported', 'unauthorized'] as const;
export const StreamState = z.enum(streamStates);
export type StreamState = z.infer<typeof StreamState>;

/** Why a stream is not live. Each has a sentence in both languages in the dashboard. */
export const streamReasons = [
  'UNASSIGNED',
  'NODE_LOST',
  'NOT_PUBLISHED',
  'HIDDEN',
  'ADDRESS_INVALID',
  'HOST_NOT_FOUND',
  'CONNECTION_REFUSED',
  'CONNECTION_LOST',
  'TIMEOUT',
  'TLS_FAILED',
  'AUTH_FAILED',
  'STREAM_NOT_FOUND',
  'RTSP_ERROR',
  'PROTOCOL_ERROR',
  'STREAM_ENDED',
  'NO_PICTURE',
  'NO_VIDEO',
  'CODEC_UNSUPPORTED',
  'REORDERED_PICTURES',
] as const;
export const StreamReason = z.enum(streamReasons);
export type StreamReason = z.infer<typeof StreamReason>;

export const Profile = z.enum(['main', 'sub']);
export type Profile = z.infer<typeof Profile>;

/** The state of one profile of one camera. Times are milliseconds since the epoch. */
export const StreamStatus = z.object({
  state: StreamState,
  reason: StreamReason.nullable(),
  /** Facts for the sentence: codec name, RTSP status. Never a password. */
  detail: z.string().max(200).nullable(),
  since: z.number(),
  /** When the last picture arrived; null when none ever did. */
  last_picture_at: z.number().nullable(),
  /** When the next attempt is made, while `offline` or `unauthorized`. */
  next_attempt_at: z.number().nullable(),
});
export type StreamStatus = z.infer<typeof StreamStatus>;
