import { z } from 'zod';
import { Source } from '../agencies.ts';
import { Timestamp } from './common.ts';
import { defineRoute } from './route.ts';

export const Quality = z.enum(['high', 'medium', 'low']).meta({ id: 'Quality' });
export type Quality = z.infer<typeof Quality>;

export const ReserveBody = z.object({
  camera_id: z.string().min(1).max(100),
  user_id: z.string().max(100).optional().describe('Accepted for compatibility; must be the caller’s own.'),
  quality: Quality.default('medium').describe(
    '`low` is answered with the camera’s small picture and never more. On a wall the size of each tile decides.',
  ),
  wall_id: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/)
    .optional()
    .describe('Joins the camera to one room with the others of this wall, instead of a room of its own.'),
});
export type ReserveBody = z.output<typeof ReserveBody>;

export const Reservation = z
  .object({
    reservation_id: z.string(),
    camera_id: z.string(),
    camera_name: z.string(),
    room_name: z.string(),
    token: z.string().describe('LiveKit token for the room.'),
    livekit_url: z.string(),
    expires_at: Timestamp,
    quality: Quality,
    participant_identity: z.string().describe('The participant of the room that is this camera.'),
    whep_url: z
      .string()
      .optional()
      .describe('Takes the token where the room is `camera_{id}`. Absent where a LiveKit server has those rooms.'),
  })
  .meta({ id: 'Reservation' });
export type Reservation = z.infer<typeof Reservation>;

export const SourceStats = z
  .object({
    source: Source,
    current: z.number().int(),
    limit: z.number().int(),
    usage_percent: z.number(),
    active_cameras: z.number().int(),
  })
  .meta({ id: 'SourceStats' });
export type SourceStats = z.infer<typeof SourceStats>;

export const CameraStats = z
  .object({
    camera_id: z.string(),
    camera_name: z.string(),
    viewer_count: z.number().int(),
    source: Source,
    active_since: Timestamp,
  })
  .meta({ id: 'CameraStats' });
export type CameraStats = z.infer<typeof CameraStats>;

export const StreamStats = z
  .object({
    active_streams: z.number().int().describe('Cameras that somebody watches.'),
    total_viewers: z.number().int().describe('Reservations.'),
    source_stats: z.partialRecord(Source, SourceStats),
    camera_stats: z.array(CameraStats),
    timestamp: Timestamp,
  })
  .meta({ id: 'StreamStats' });
export type StreamStats = z.infer<typeof StreamStats>;

const params = z.object({ id: z.string().min(1).max(100) });

export const streamRoutes = {
  reserve: defineRoute({
    method: 'POST',
    path: '/api/v1/stream/reserve',
    access: 'user',
    summary: 'Reserve a camera’s stream under the agency’s quota',
    description: 'Reserving the same camera for the same room again answers the same reservation.',
    tags: ['streams'],
    body: ReserveBody,
    responses: { 201: Reservation },
    errors: [
      'CAMERA_NOT_FOUND',
      'FORBIDDEN',
      'SESSION_ENDED',
      'CAMERA_OFFLINE',
      'SOURCE_FORBIDDEN',
      'AGENCY_LIMIT_EXCEEDED',
    ],
  }),
  release: defineRoute({
    method: 'DELETE',
    path: '/api/v1/stream/release/{id}',
    access: 'user',
    summary: 'End a reservation; the picture stops',
    tags: ['streams'],
    params,
    responses: { 200: z.object({ status: z.literal('released'), message: z.string() }) },
    errors: ['RESERVATION_NOT_FOUND'],
  }),
  heartbeat: defineRoute({
    method: 'POST',
    path: '/api/v1/stream/heartbeat/{id}',
    access: 'user',
    summary: 'Keep a reservation alive',
    description: 'Expected every 10 to 30 s. A reservation without a beat for 45 s is over.',
    tags: ['streams'],
    params,
    responses: { 200: z.object({ status: z.literal('ok') }) },
    errors: ['RESERVATION_NOT_FOUND'],
  }),
  stats: defineRoute({
    method: 'GET',
    path: '/api/v1/stream/stats',
    access: 'user',
    summary: 'Streams in use, of the agencies the caller may view',
    tags: ['streams'],
    responses: { 200: StreamStats },
  }),
} as const;
