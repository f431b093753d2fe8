import { z } from 'zod';
import { Source } from '../agencies.ts';
import { StreamReason, StreamState } from '../node/stream-state.ts';
import { Label, PageQuery, Timestamp } from './common.ts';
import { defineRoute } from './route.ts';

export const CameraStatus = z.enum(['ONLINE', 'OFFLINE', 'ERROR']).meta({ id: 'CameraStatus' });
export type CameraStatus = z.infer<typeof CameraStatus>;

export const CameraMode = z.enum(['always', 'on-demand']);
export const CameraTransport = z.enum(['auto', 'tcp', 'udp']);

export const CameraLocation = z.object({
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
  address: z.string().trim().max(500).default(''),
});

/**
 * Where a camera is reached. Only RTSP schemes: the engine opens what stands here from inside the network, so anything
 * else (`file:`, `http:`) would be a way in.
 */
export const RtspUrl = z
  .string()
  .trim()
  .max(2000)
  .refine(
    (text) => {
      if (/[\p{Cc}\s]/u.test(text)) return false;
      const url = URL.parse(text);
      return url !== null && (url.protocol === 'rtsp:' || url.protocol === 'rtsps:') && url.hostname !== '';
    },
    {
      error: 'must be an rtsp:// or rtsps:// address',
      params: { ar: 'يجب أن يكون عنوانًا يبدأ بـ rtsp:// أو rtsps://' },
    },
  );

export const CameraMetadata = z.record(z.string().max(100), z.unknown());

export const Camera = z
  .object({
    id: z.string(),
    name: z.string(),
    name_ar: z.string(),
    source: Source,
    rtsp_url: z.string().optional().describe('Only for administrators; a password in it is masked.'),
    sub_rtsp_url: z.string().nullable().optional().describe('Only for administrators; a password in it is masked.'),
    status: CameraStatus,
    ptz_enabled: z.boolean(),
    recording_server: z.string().nullable(),
    metadata: CameraMetadata,
    location: CameraLocation.nullable(),
    mode: CameraMode,
    transport: CameraTransport,
    has_sub: z.boolean().describe('Whether there is a second, smaller profile for small tiles.'),
    state: StreamState,
    state_reason: StreamReason.nullable(),
    state_detail: z.string().nullable(),
    state_since: Timestamp,
    last_picture_at: Timestamp.nullable(),
    width: z.number().int().nullable(),
    height: z.number().int().nullable(),
    frame_rate: z.number().nullable(),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'Camera' });
export type Camera = z.infer<typeof Camera>;

export const CameraInput = z
  .object({
    id: z.guid().optional().describe('Given by the system a camera comes from; made up when left out.'),
    name: Label(200),
    name_ar: Label(200).optional().describe('The English name when left out.'),
    source: Source,
    rtsp_url: RtspUrl,
    sub_rtsp_url: RtspUrl.nullable().default(null),
    mode: CameraMode.default('on-demand'),
    transport: CameraTransport.default('auto'),
    ptz_enabled: z.boolean().default(false),
    recording_server: Label(100).nullable().default(null),
    metadata: CameraMetadata.default({}),
    location: CameraLocation.nullable().default(null),
  })
  .meta({ id: 'NewCamera' });
export type CameraInput = z.output<typeof CameraInput>;

/** Only what is given changes. An address whose password is the mask keeps the password it had. */
export const CameraPatch = z
  .object({
    name: Label(200),
    name_ar: Label(200),
    source: Source,
    rtsp_url: RtspUrl,
    sub_rtsp_url: RtspUrl.nullable(),
    mode: CameraMode,
    transport: CameraTransport,
    ptz_enabled: z.boolean(),
    recording_server: Label(100).nullable(),
    metadata: CameraMetadata,
    location: CameraLocation.nullable(),
  })
  .partial()
  .meta({ id: 'CameraChanges' });
export type CameraPatch = z.output<typeof CameraPatch>;

export const CameraQuery = PageQuery.extend({
  source: Source.optional(),
  status: CameraStatus.optional(),
  q: z.string().trim().max(200).optional().describe('Words of a name (either language) or of an address.'),
});
export type CameraQuery = z.output<typeof CameraQuery>;

export const CameraList = z
  .object({
    cameras: z.array(Camera),
    count: z.number().int().describe('Cameras in this answer.'),
    total: z.number().int().describe('Cameras that match.'),
  })
  .meta({ id: 'CameraList' });
export type CameraList = z.infer<typeof CameraList>;

const params = z.object({ id: z.string().min(1).max(100) });

export const cameraRoutes = {
  list: defineRoute({
    method: 'GET',
    path: '/api/v1/cameras',
    access: 'user',
    summary: 'Cameras the caller may view, ordered by agency and name',
    tags: ['cameras'],
    query: CameraQuery,
    responses: { 200: CameraList },
    errors: ['SOURCE_FORBIDDEN'],
  }),
  get: defineRoute({
    method: 'GET',
    path: '/api/v1/cameras/{id}',
    access: 'user',
    summary: 'One camera',
    tags: ['cameras'],
    params,
    responses: { 200: Camera },
    errors: ['CAMERA_NOT_FOUND'],
  }),
  create: defineRoute({
    method: 'POST',
    path: '/api/v1/cameras',
    access: 'admin',
    summary: 'Add a camera',
    tags: ['cameras'],
    body: CameraInput,
    responses: { 201: Camera },
    errors: ['CAMERA_EXISTS'],
  }),
  update: defineRoute({
    method: 'PATCH',
    path: '/api/v1/cameras/{id}',
    access: 'admin',
    summary: 'Change a camera',
    tags: ['cameras'],
    params,
    body: CameraPatch,
    responses: { 200: Camera },
    errors: ['CAMERA_NOT_FOUND'],
  }),
  remove: defineRoute({
    method: 'DELETE',
    path: '/api/v1/cameras/{id}',
    access: 'admin',
    summary: 'Remove a camera',
    description: 'Its recordings stay, and it can be restored.',
    tags: ['cameras'],
    params,
    responses: { 204: z.undefined() },
    errors: ['CAMERA_NOT_FOUND'],
  }),
  restore: defineRoute({
    method: 'POST',
    path: '/api/v1/cameras/{id}/restore',
    access: 'admin',
    summary: 'Bring a removed camera back',
    tags: ['cameras'],
    params,
    responses: { 200: Camera },
    errors: ['CAMERA_NOT_FOUND'],
  }),
} as const;
