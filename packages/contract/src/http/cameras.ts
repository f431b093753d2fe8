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

/** An address of nothing but these schemes, on one line. */
const address = (schemes: readonly [string, string]) =>
  z
    .string()
    .trim()
    .max(2000)
    .refine(
      (text) => {
        if (/[\p{Cc}\s]/u.test(text)) return false;
        const url = URL.parse(text);
        return url !== null && schemes.some((scheme) => url.protocol === `${scheme}:`) && url.hostname !== '';
      },
      {
        error: `must be an ${schemes.map((scheme) => `${scheme}://`).join(' or ')} address`,
        params: { ar: `يجب أن يكون عنوانًا يبدأ بـ ${schemes.map((scheme) => `${scheme}://`).join(' أو ')}` },
      },
    );

/**
 * Where a camera is reached. Only RTSP schemes: the engine opens what stands here from inside the network, so anything
 * else (`file:`, `http:`) would be a way in.
 */
export const RtspUrl = address(['rtsp', 'rtsps']);

/**
 * Where a camera that can be moved speaks ONVIF. Only what an administrator enters, and nothing of what is there is shown
 * to anybody: it could be any page inside the network.
 */
export const ControlUrl = address(['http', 'https']);

/** Whether we fetch the stream from the camera's address, or it is pushed to us. */
export const CameraIngest = z.enum(['pull', 'push']);
export type CameraIngest = z.infer<typeof CameraIngest>;

const reservedPath = /(?:^|\/)(?:(?:camera_)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\.{1,2}|main|sub)(?:\/|$)/i;

/**
 * A name by which players and encoders reach a camera, beside its id: letters, digits and `_ - . ~`, in parts divided by
 * `/`. What already means something else in an address (an id, `sub`, `..`) cannot be one.
 */
export const CameraPath = z
  .string()
  .max(200)
  .refine((text) => /^[A-Za-z0-9_.~-]+(?:\/[A-Za-z0-9_.~-]+)*$/.test(text) && !reservedPath.test(text), {
    error: 'must be letters, digits and _ - . ~ in parts divided by /, and no id',
    params: { ar: 'يجب أن يتكوّن من حروف لاتينية وأرقام و ‎_ - . ~‎ في أجزاء تفصلها ‎/‎، وألا يكون معرّفًا' },
  });

export const CameraMetadata = z.record(z.string().max(100), z.unknown());

export const Camera = z
  .object({
    id: z.string(),
    name: z.string(),
    name_ar: z.string(),
    source: Source,
    ingest: CameraIngest,
    path: z.string().nullable().describe('A name for players and encoders, beside the id.'),
    rtsp_url: z
      .string()
      .optional()
      .describe('Only for administrators, of a camera that is pulled; a password in it is masked.'),
    sub_rtsp_url: z.string().nullable().optional().describe('Only for administrators; a password in it is masked.'),
    status: CameraStatus,
    ptz_enabled: z.boolean().describe('Whether it can be moved.'),
    ptz_url: z
      .string()
      .nullable()
      .optional()
      .describe('Only for administrators; a password in it is masked. Null: at the host of the RTSP address.'),
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
    hidden_since: Timestamp.nullable().describe('Since when an administrator has hidden it from all viewers.'),
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
    ingest: CameraIngest.default('pull').describe('`push`: the camera or an encoder publishes its stream here.'),
    path: CameraPath.nullable().default(null),
    rtsp_url: RtspUrl.optional().describe('Needed for a camera that is pulled.'),
    sub_rtsp_url: RtspUrl.nullable().default(null),
    mode: CameraMode.default('on-demand'),
    transport: CameraTransport.default('auto'),
    ptz_enabled: z.boolean().default(false),
    ptz_url: ControlUrl.nullable()
      .default(null)
      .describe(
        'ONVIF device service. Left out: `/onvif/device_service` at the host of the RTSP address, as its user.',
      ),
    recording_server: Label(100).nullable().default(null),
    metadata: CameraMetadata.default({}),
    location: CameraLocation.nullable().default(null),
  })
  .meta({ id: 'NewCamera' });
export type CameraInput = z.output<typeof CameraInput>;

/**
 * Only what is given changes. An address whose password is the mask keeps the password it had. A camera that is pushed from
 * now on forgets its addresses.
 */
export const CameraPatch = z
  .object({
    name: Label(200),
    name_ar: Label(200),
    source: Source,
    ingest: CameraIngest,
    path: CameraPath.nullable(),
    rtsp_url: RtspUrl,
    sub_rtsp_url: RtspUrl.nullable(),
    mode: CameraMode,
    transport: CameraTransport,
    ptz_enabled: z.boolean(),
    ptz_url: ControlUrl.nullable(),
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

/** How an encoder publishes a camera. The addresses hold the key. */
export const StreamKey = z
  .object({
    camera_id: z.string(),
    stream_key: z.string(),
    rtsp_url: z.string().nullable().describe('To publish by RTSP (ANNOUNCE, RECORD); null where no edge takes it.'),
    whip_url: z.string().nullable().describe('To publish by WHIP; null while no edge is there.'),
  })
  .meta({ id: 'StreamKey' });
export type StreamKey = z.infer<typeof StreamKey>;

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
    errors: ['CAMERA_EXISTS', 'CAMERA_PATH_TAKEN'],
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
    errors: ['CAMERA_NOT_FOUND', 'CAMERA_PATH_TAKEN'],
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
    errors: ['CAMERA_NOT_FOUND', 'CAMERA_PATH_TAKEN'],
  }),
  hide: defineRoute({
    method: 'POST',
    path: '/api/v1/cameras/{id}/hide',
    access: 'admin',
    summary: 'Hide a camera from all viewers, over every protocol',
    description: 'Reservations stay and the camera is taken in as before: what is recorded is recorded.',
    tags: ['cameras'],
    params,
    responses: { 200: Camera },
    errors: ['CAMERA_NOT_FOUND'],
  }),
  show: defineRoute({
    method: 'POST',
    path: '/api/v1/cameras/{id}/show',
    access: 'admin',
    summary: 'Show a hidden camera again; pictures come back at once',
    tags: ['cameras'],
    params,
    responses: { 200: Camera },
    errors: ['CAMERA_NOT_FOUND'],
  }),
  streamKey: defineRoute({
    method: 'GET',
    path: '/api/v1/cameras/{id}/stream-key',
    access: 'admin',
    summary: 'Key and addresses with which the camera is published',
    tags: ['cameras'],
    params,
    responses: { 200: StreamKey },
    errors: ['CAMERA_NOT_FOUND', 'CAMERA_NOT_PUSHED'],
  }),
  renewStreamKey: defineRoute({
    method: 'POST',
    path: '/api/v1/cameras/{id}/stream-key',
    access: 'admin',
    summary: 'Make a new stream key; the old one ends at once, and with it whoever publishes',
    tags: ['cameras'],
    params,
    responses: { 200: StreamKey },
    errors: ['CAMERA_NOT_FOUND', 'CAMERA_NOT_PUSHED'],
  }),
} as const;
