import { z } from 'zod';
import { Timestamp } from './common.ts';
import { defineRoute } from './route.ts';

/**
 * The control API in the form of MediaMTX's, whose names its fields have: what was written for that server can look at
 * ours and change it. A path is a camera of the catalogue.
 */
export const ControlError = z
  .object({ status: z.literal('error'), error: z.string() })
  .meta({ id: 'ControlError', description: 'How the control API says what is wrong.' });

const Done = z.object({ status: z.literal('ok') });

export const ControlConfig = z
  .object({
    logLevel: z.string(),
    api: z.boolean(),
    apiAddress: z.string().describe('`:port`, as every address here.'),
    apiEncryption: z.boolean(),
    metrics: z.boolean(),
    metricsAddress: z.string(),
    playback: z.boolean(),
    rtsp: z.boolean(),
    rtspTransports: z.array(z.string()),
    rtspEncryption: z.enum(['no', 'optional', 'strict']),
    rtspAddress: z.string().describe('Of the first edge; empty where no RTSP is spoken.'),
    rtspsAddress: z.string(),
    rtspAuthMethods: z.array(z.string()),
    webrtc: z.boolean(),
    webrtcAddress: z.string().describe('WHIP and WHEP of the first edge.'),
    webrtcEncryption: z.boolean(),
    rtmp: z.boolean(),
    hls: z.boolean(),
    srt: z.boolean(),
  })
  .meta({ id: 'ControlConfig' });
export type ControlConfig = z.infer<typeof ControlConfig>;

const Peer = z.object({ type: z.string(), id: z.string() });

export const ControlPath = z
  .object({
    name: z.string().describe('The camera’s path, or `camera_` and its id.'),
    confName: z.string(),
    source: Peer.nullable().describe('Null while nobody publishes.'),
    ready: z.boolean().describe('Whether pictures arrive. An on-demand camera that nobody watches is not ready.'),
    readyTime: Timestamp.nullable(),
    available: z.boolean().describe('As `ready`, by its newer name.'),
    availableTime: Timestamp.nullable(),
    online: z.boolean(),
    onlineTime: Timestamp.nullable(),
    tracks: z.array(z.string()),
    bytesReceived: z.number().describe('Since the source was opened.'),
    bytesSent: z.number().describe('To those who read by RTSP now; what goes by WebRTC is not counted here.'),
    inboundBytes: z.number(),
    outboundBytes: z.number(),
    readers: z.array(Peer),
  })
  .meta({ id: 'ControlPath' });
export type ControlPath = z.infer<typeof ControlPath>;

export const ControlPathConfig = z
  .strictObject({
    name: z.string().optional().describe('When it is given, that of the address.'),
    source: z.string().max(2000).default('publisher').describe('`publisher`, or an rtsp:// or rtsps:// address.'),
    sourceOnDemand: z.boolean().default(false).describe('Fetch it only while somebody watches.'),
    sourceOnDemandStartTimeout: z.string().optional().describe('Accepted; the engine has its own.'),
    sourceOnDemandCloseAfter: z.string().optional().describe('Accepted; the engine waits 10 s.'),
    rtspTransport: z.enum(['automatic', 'udp', 'tcp']).optional(),
    sourceProtocol: z.enum(['automatic', 'udp', 'tcp']).optional().describe('`rtspTransport` by its old name.'),
  })
  .meta({ id: 'ControlPathConfig' });
export type ControlPathConfig = z.output<typeof ControlPathConfig>;

export const ControlRtspConnection = z
  .object({
    id: z.string(),
    created: Timestamp,
    remoteAddr: z.string(),
    bytesReceived: z.number(),
    bytesSent: z.number(),
    inboundBytes: z.number(),
    outboundBytes: z.number(),
    session: z.string().nullable().describe('Under which the reader’s or publisher’s admission is in the audit trail.'),
    state: z.enum(['idle', 'read', 'publish']),
    path: z.string().describe('Empty while idle.'),
    transport: z.string().nullable(),
    node: z.string().describe('The media node it is connected to.'),
  })
  .meta({ id: 'ControlRtspConnection' });
export type ControlRtspConnection = z.infer<typeof ControlRtspConnection>;

const count = (least: number, fallback: number) =>
  z.coerce.number<number | string>().int().min(least).max(2_147_483_647).default(fallback);
export const ControlPage = z.object({
  page: count(0, 0).describe('The first is 0.'),
  itemsPerPage: count(1, 100),
});
export type ControlPage = z.output<typeof ControlPage>;

const listOf = <T extends z.ZodType>(item: T) =>
  z.object({
    itemCount: z.number().int().describe('On all pages together.'),
    pageCount: z.number().int(),
    items: z.array(item),
  });

const general = { tags: ['control'], access: 'admin', errorBody: ControlError } as const;
const named = z.object({ name: z.string().min(1).max(300) });
const page = { query: ControlPage } as const;

const remove = {
  ...general,
  rest: true,
  description: 'The camera is removed; it can be restored.',
  params: named,
  responses: { 200: Done },
  errors: ['CAMERA_NOT_FOUND'],
} as const;
const config = { ...general, method: 'GET', summary: 'Settings in force', responses: { 200: ControlConfig } } as const;
const connections = {
  ...general,
  ...page,
  method: 'GET',
  responses: { 200: listOf(ControlRtspConnection) },
} as const;

/** Also under `/api/v1/rtsp/` in the place of `/v3/`, by which a gateway may know them. */
export const controlRoutes = {
  config: defineRoute({ ...config, path: '/v3/config/get' }),
  globalConfig: defineRoute({ ...config, path: '/v3/config/global/get' }),
  paths: defineRoute({
    ...general,
    ...page,
    method: 'GET',
    path: '/v3/paths/list',
    summary: 'Every camera as a path, by name',
    responses: { 200: listOf(ControlPath) },
  }),
  path: defineRoute({
    ...general,
    rest: true,
    method: 'GET',
    path: '/v3/paths/get/{name}',
    summary: 'One camera as a path',
    params: named,
    responses: { 200: ControlPath },
    errors: ['CAMERA_NOT_FOUND'],
  }),
  addPath: defineRoute({
    ...general,
    rest: true,
    method: 'POST',
    path: '/v3/config/paths/add/{name}',
    summary: 'Add a camera',
    description:
      'A name that begins with `dubai_police_`, `metro_` or `bus_` says whose camera it is; any other belongs to OTHER. `camera_` and an id gives the camera that id and no path of its own.',
    params: named,
    body: ControlPathConfig.nullish(),
    responses: { 200: Done },
  }),
  removePath: defineRoute({
    ...remove,
    method: 'POST',
    path: '/v3/config/paths/remove/{name}',
    summary: 'Remove a camera',
  }),
  deletePath: defineRoute({
    ...remove,
    method: 'DELETE',
    path: '/v3/config/paths/delete/{name}',
    summary: 'Remove a camera, as newer clients ask for it',
  }),
  rtspConnections: defineRoute({
    ...connections,
    path: '/v3/rtspconns/list',
    summary: 'Connections to the RTSP servers of all edges, the oldest first',
  }),
  rtspsConnections: defineRoute({
    ...connections,
    path: '/v3/rtspsconns/list',
    summary: 'Those over TLS',
  }),
} as const;
