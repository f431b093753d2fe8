import { z } from 'zod';
import { Source } from './agencies.ts';
import { CameraStatus } from './http/cameras.ts';
import { Timestamp } from './http/common.ts';
import { StreamStats } from './http/streams.ts';
import { StreamReason, StreamState } from './node/stream-state.ts';

const event = <T extends string, D extends z.ZodType>(type: T, data: D) =>
  z.object({ type: z.literal(type), data, timestamp: Timestamp });

/** What `/ws/stream/stats` says: a type, its data, and when. */
export const StreamStatsEvent = event(
  'STREAM_STATS',
  StreamStats.extend({
    per_source_count: z.partialRecord(Source, z.number().int()).describe('What each agency is charged now.'),
  }),
);
export const CameraStatusEvent = event(
  'CAMERA_STATUS',
  z.object({
    camera_id: z.string(),
    source: Source,
    status: CameraStatus,
    state: StreamState,
    state_reason: StreamReason.nullable(),
    state_detail: z.string().nullable(),
    state_since: Timestamp,
    last_picture_at: Timestamp.nullable(),
  }),
);
export const AgencyLimitEvent = event(
  'AGENCY_LIMIT_UPDATE',
  z.object({ source: Source, current: z.number().int(), limit: z.number().int() }),
);
export const AlertEvent = event(
  'ALERT',
  z.object({
    type: z.string(),
    severity: z.enum(['info', 'warning', 'critical']),
    message: z.string().describe('The English sentence, under the documented name.'),
    message_en: z.string(),
    message_ar: z.string(),
    source: Source.nullable().describe('Null concerns everybody.'),
  }),
);

export const HubEvent = z.discriminatedUnion('type', [
  StreamStatsEvent,
  CameraStatusEvent,
  AgencyLimitEvent,
  AlertEvent,
]);
export type HubEvent = z.infer<typeof HubEvent>;

/** The first message of a client, and again before its token ends. Nothing is said to a client that has not sent it. */
export const HubClientMessage = z.object({ type: z.literal('AUTH'), token: z.string().min(1).max(8192) });
export type HubClientMessage = z.infer<typeof HubClientMessage>;

/** Why the server ended a connection (RFC 6455, section 7.4.2). */
export const hubCloseCodes = {
  /** No good token came in time, or the token has ended: sign in again, then come back. */
  unauthenticated: 4401,
  /** This user has as many connections as one may have. */
  tooMany: 4429,
  /** Did not read what was sent: come back and start with a fresh state. */
  tooSlow: 4413,
  /** Sent what is not a message. */
  malformed: 4400,
  /** The server goes down: come back in a moment. */
  goingAway: 1001,
} as const;
