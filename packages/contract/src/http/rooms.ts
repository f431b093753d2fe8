import { z } from 'zod';
import { StreamReason, StreamState } from '../node/stream-state.ts';
import { Notice } from '../notice.ts';
import { PageQuery, Timestamp } from './common.ts';
import { defineRoute } from './route.ts';

export const RoomView = z
  .object({
    room_name: z.string(),
    edge: z.string().describe('Id of the media node it is on.'),
    cameras: z.number().int(),
    viewers: z.number().int(),
    created_at: Timestamp,
  })
  .meta({ id: 'Room' });
export type RoomView = z.infer<typeof RoomView>;

export const RoomQuery = PageQuery.extend({
  q: z.string().max(200).optional().describe('A part of the name.'),
});
export type RoomQuery = z.output<typeof RoomQuery>;

export const RoomList = z
  .object({
    rooms: z.array(RoomView),
    count: z.number().int().describe('Rooms in this answer.'),
    total: z.number().int().describe('Rooms that match.'),
    silent: z.array(z.string()).describe('Edges that did not answer: their rooms are missing.'),
  })
  .meta({ id: 'RoomList' });
export type RoomList = z.infer<typeof RoomList>;

export const RoomViewer = z
  .object({
    identity: z.string(),
    user_id: z.string().nullable(),
    user_name: z.string().nullable().describe('Null for somebody whose account is kept elsewhere.'),
    user_name_ar: z.string().nullable(),
    protocol: z.string(),
    connected: z.boolean().describe('Whether media flows, or could.'),
    joined_at: Timestamp,
  })
  .meta({ id: 'RoomViewer' });
export type RoomViewer = z.infer<typeof RoomViewer>;

export const RoomCamera = z
  .object({
    camera_id: z.string(),
    identity: z.string(),
    name: z.string(),
    state: StreamState.nullable().describe('Null where the server of the room does not tell.'),
    state_reason: StreamReason.nullable(),
    muted: z.boolean(),
  })
  .meta({ id: 'RoomCamera' });
export type RoomCamera = z.infer<typeof RoomCamera>;

export const RoomParticipants = z
  .object({ room: RoomView, cameras: z.array(RoomCamera), viewers: z.array(RoomViewer) })
  .meta({ id: 'RoomParticipants' });
export type RoomParticipants = z.infer<typeof RoomParticipants>;

export const MessageBody = z.object({
  text: z
    .string()
    .trim()
    .min(1)
    .max(500)
    .regex(/^[^\p{Cc}]*$/u)
    .describe('Shown as it is, in whatever language it is written.'),
  severity: Notice.shape.severity.default('info'),
  identities: z
    .array(z.string().max(200))
    .min(1)
    .max(100)
    .optional()
    .describe('Only to these; left out, to everybody.'),
});
export type MessageBody = z.output<typeof MessageBody>;

const room = z.string().min(1).max(200);

export const roomRoutes = {
  list: defineRoute({
    method: 'GET',
    path: '/api/v1/system/rooms',
    access: 'admin',
    summary: 'Rooms on the edges, the newest first',
    tags: ['system'],
    query: RoomQuery,
    responses: { 200: RoomList },
  }),
  participants: defineRoute({
    method: 'GET',
    path: '/api/v1/system/rooms/{room}/participants',
    access: 'admin',
    summary: 'Cameras and viewers of a room',
    tags: ['system'],
    params: z.object({ room }),
    responses: { 200: RoomParticipants },
    errors: ['ROOM_NOT_FOUND'],
  }),
  message: defineRoute({
    method: 'POST',
    path: '/api/v1/system/rooms/{room}/message',
    access: 'admin',
    summary: 'Say something to those who watch in a room',
    description:
      'A reliable data message with the topic `marsad.notice`, whose payload is the `Notice` as JSON. Walls show it.',
    tags: ['system'],
    params: z.object({ room }),
    body: MessageBody,
    responses: { 200: z.object({ status: z.literal('sent'), recipients: z.number().int() }) },
    errors: ['ROOM_NOT_FOUND'],
  }),
  removeParticipant: defineRoute({
    method: 'DELETE',
    path: '/api/v1/system/rooms/{room}/participants/{identity}',
    access: 'admin',
    summary: 'Take a viewer out of a room',
    description: 'Ends what the viewer has reserved in it, so that the room does not let them in again.',
    tags: ['system'],
    params: z.object({ room, identity: z.string().min(1).max(200) }),
    responses: { 200: z.object({ status: z.literal('removed') }) },
    errors: ['ROOM_NOT_FOUND', 'PARTICIPANT_NOT_FOUND'],
  }),
} as const;
