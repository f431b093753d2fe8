import { z } from 'zod';
import { Source } from './agencies.ts';
import { CameraStatus } from './http/cameras.ts';
import { Timestamp } from './http/common.ts';
import { StreamStats } from './http/streams.ts';
import { StreamReason, StreamState } from './node/stream-state.ts';

const event = <T extends string, D extends z.ZodType>(type: T, data: D) =>
  z.object({ type: z.literal(type), data, timestamp: Timestamp });

/** What `/ws/stream/stats` says: a type, its data, and when. */
export const StreamStatsEvent = event('STREAM_STATS', StreamStats);
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
