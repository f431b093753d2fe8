import { z } from 'zod';
import { Source } from '../agencies.ts';
import { PageQuery, Timestamp } from './common.ts';
import { defineRoute } from './route.ts';
import { Quality } from './streams.ts';

export const AgencyLimit = z
  .object({
    source: Source,
    limit: z.number().int(),
    default_limit: z.number().int().describe('In force until somebody sets another.'),
    current: z.number().int().describe('Charged now; may be more than a limit that was lowered.'),
    updated_at: Timestamp.nullable(),
    updated_by: z.string().nullable().describe('Id of the administrator who set it.'),
  })
  .meta({ id: 'AgencyLimit' });
export type AgencyLimit = z.infer<typeof AgencyLimit>;

export const LimitsBody = z.object({
  limits: z
    .partialRecord(Source, z.number().int().min(0).max(100_000))
    .refine((limits) => Object.keys(limits).length > 0, 'at least one agency'),
});
export type LimitsBody = z.output<typeof LimitsBody>;

export const HeldReservationView = z
  .object({
    reservation_id: z.string(),
    camera_id: z.string(),
    camera_name: z.string(),
    source: Source,
    user_id: z.string(),
    user_name: z.string().nullable().describe('Null for somebody whose account is kept elsewhere.'),
    user_name_ar: z.string().nullable(),
    room_name: z.string(),
    participant_identity: z.string().describe('Of the viewer.'),
    quality: Quality,
    created_at: Timestamp,
    last_heartbeat_at: Timestamp,
    expires_at: Timestamp,
  })
  .meta({ id: 'HeldReservation' });
export type HeldReservationView = z.infer<typeof HeldReservationView>;

export const ReservationQuery = PageQuery.extend({
  source: Source.optional(),
  user_id: z.string().max(100).optional(),
  camera_id: z.string().max(100).optional(),
});
export type ReservationQuery = z.output<typeof ReservationQuery>;

export const HeldReservationList = z
  .object({
    reservations: z.array(HeldReservationView),
    count: z.number().int().describe('Reservations in this answer.'),
    total: z.number().int().describe('Reservations that match.'),
  })
  .meta({ id: 'HeldReservationList' });
export type HeldReservationList = z.infer<typeof HeldReservationList>;

const Limits = z.object({ limits: z.array(AgencyLimit) });

export const adminRoutes = {
  limits: defineRoute({
    method: 'GET',
    path: '/api/v1/admin/limits',
    access: 'admin',
    summary: 'Limit and use of every agency',
    tags: ['admin'],
    responses: { 200: Limits },
  }),
  setLimits: defineRoute({
    method: 'PUT',
    path: '/api/v1/admin/limits',
    access: 'admin',
    summary: 'Change limits',
    description: 'Agencies that are left out keep theirs. A lowered limit refuses new reservations and ends none.',
    tags: ['admin'],
    body: LimitsBody,
    responses: { 200: Limits },
  }),
  reservations: defineRoute({
    method: 'GET',
    path: '/api/v1/admin/reservations',
    access: 'admin',
    summary: 'Who watches what, the oldest first',
    tags: ['admin'],
    query: ReservationQuery,
    responses: { 200: HeldReservationList },
  }),
  endReservation: defineRoute({
    method: 'DELETE',
    path: '/api/v1/admin/reservations/{id}',
    access: 'admin',
    summary: 'End anybody’s reservation; the picture stops',
    tags: ['admin'],
    params: z.object({ id: z.string().min(1).max(100) }),
    responses: { 200: z.object({ status: z.literal('ended') }) },
    errors: ['RESERVATION_NOT_FOUND'],
  }),
} as const;
