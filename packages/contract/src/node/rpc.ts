import { z } from 'zod';
import { AccessAnswer, AccessRequest } from './access.ts';
import { ptzMethods } from './ptz.ts';
import { Profile, StreamStatus } from './stream-state.ts';

/** Where a stream comes from: an address we ask, or whoever pushes it to an edge. */
export const StreamOrigin = z.union([z.object({ url: z.string().max(2000) }), z.object({ push: z.literal(true) })]);
export type StreamOrigin = z.infer<typeof StreamOrigin>;

/** One camera as a media node is told of it. Addresses carry credentials: they cross only a Unix socket or TLS. */
export const CameraSpec = z.object({
  id: z.string().min(1).max(100),
  main: StreamOrigin,
  sub: StreamOrigin.nullable(),
  mode: z.enum(['always', 'on-demand']),
  transport: z.enum(['auto', 'tcp', 'udp']),
  /** An administrator has hidden it from all viewers. It is taken in all the same. */
  hidden: z.boolean().optional(),
});
export type CameraSpec = z.infer<typeof CameraSpec>;

/** What a media node writes to Valkey under its lease key, renewed every second, gone after five without. */
export const NodeLease = z.object({
  id: z.string(),
  roles: z.array(z.enum(['ingest', 'edge'])).min(1),
  /** Where its RPC listens: `unix:/path` or `tls://host:port`. */
  rpc: z.string(),
  /** Edge only: the address browsers use, `ws://host:7880`; null means "the host the page came from, this port". */
  public_url: z.string().nullable(),
  public_port: z.number().int().nullable(),
  /** Edge only: where it speaks RTSP, and RTSP over TLS. */
  rtsp_port: z.number().int().nullable().optional(),
  rtsps_port: z.number().int().nullable().optional(),
  started_at: z.number(),
});
export type NodeLease = z.infer<typeof NodeLease>;

/** Room metadata of the edge (and of a LiveKit server): which cameras the room shows. */
export const RoomMetadata = z.object({
  cameras: z
    .array(
      z.object({
        id: z.string().min(1).max(100),
        name: z.string().max(200),
        /** In a room of one user: the reservation the camera is shown for. */
        reservation: z.string().max(100).optional(),
      }),
    )
    .max(500),
  /**
   * Identities that may be in the room. Whoever is not on it is refused, or ended when it is taken off; left out, every
   * valid token may join. An edge never tells viewers this part.
   */
  viewers: z.array(z.string().max(200)).max(10_000).optional(),
});
export type RoomMetadata = z.infer<typeof RoomMetadata>;

/** One stream a node is to push to a WHIP server. Crosses only a Unix socket or TLS: the token, or the address, is a key. */
export const PushSpec = z.object({
  camera: z.string().min(1).max(100),
  profile: Profile,
  url: z.url({ protocol: /^https?$/ }).max(2000),
  token: z.string().min(1).max(2000).nullable(),
});
export type PushSpec = z.infer<typeof PushSpec>;

/** A connection to the RTSP server of an edge. */
export const RtspConnection = z.object({
  id: z.string(),
  /** Of what was let in, as in `access.ask`; null while idle. */
  session: z.string().nullable(),
  /** Milliseconds since the epoch. */
  created: z.number(),
  remote_address: z.string(),
  secure: z.boolean(),
  state: z.enum(['idle', 'read', 'publish']),
  transport: z.enum(['tcp', 'udp']).nullable(),
  /** What a reader named; of a publisher the camera's id, because it may have named a key. */
  path: z.string().nullable(),
  camera: z.string().nullable(),
  bytes_received: z.number(),
  bytes_sent: z.number(),
});
export type RtspConnection = z.infer<typeof RtspConnection>;

/** What a node answers to a whole set that replaces the one it had. */
export const OrderAnswer = z.object({
  /** False, and nothing has changed: it has accepted a newer generation, or is closing. */
  accepted: z.boolean(),
  /** The newest it has accepted. Null: none yet, or it is closing and accepts none any more. */
  generation: z.number().int().nullable(),
});

export type OrderAnswer = z.infer<typeof OrderAnswer>;

/** Everything a node answers to. Params and results are validated on both ends. */
export const nodeMethods = {
  /** The whole set of cameras this ingest owns; what is not in it is closed. An older generation is ignored. */
  'ingest.assign': {
    params: z.object({ generation: z.number().int(), cameras: z.array(CameraSpec) }),
    result: OrderAnswer,
  },
  'ingest.streams': {
    params: z.object({}),
    result: z.object({
      streams: z.array(
        z.object({
          camera: z.string(),
          profile: Profile,
          status: StreamStatus,
          width: z.number().nullable(),
          height: z.number().nullable(),
          codec: z.string().nullable(),
          frame_rate: z.number().nullable(),
          sinks: z.number(),
          bytes_in: z.number(),
          pictures_in: z.number(),
          pictures_lost: z.number(),
          gop_bytes: z.number(),
          gop_pictures: z.number(),
          /** Since when somebody pushes it to this node, ms; null for a stream that is pulled, or that nobody pushes. */
          published_at: z.number().nullable(),
          /** With whose rights; left out where a key was shown. */
          published_by: z.string().max(200).optional(),
        }),
      ),
    }),
  },
  /** Disconnects who pushes this stream to this node; it stays free for another. */
  'ingest.unpublish': {
    params: z.object({ camera: z.string(), profile: Profile, reason: z.string().max(200) }),
    result: z.object({ ended: z.boolean() }),
  },
  /** The whole set of streams this node pushes to other servers; what is not in it is ended. An older generation is ignored. */
  'ingest.push': {
    params: z.object({ generation: z.number().int(), pushes: z.array(PushSpec).max(10_000) }),
    result: OrderAnswer,
  },
  'ingest.pushes': {
    params: z.object({}),
    result: z.object({
      pushes: z.array(
        z.object({
          camera: z.string(),
          profile: Profile,
          /** Waiting for a picture of the camera; being connected; connected; refused or lost, and tried again. */
          state: z.enum(['waiting', 'connecting', 'pushing', 'failed']),
          reason: z.string().nullable(),
          /** HTTP status of the server's refusal. */
          http_status: z.number().nullable(),
          /** Milliseconds since the epoch. */
          since: z.number(),
          next_attempt_at: z.number().nullable(),
        }),
      ),
    }),
  },
  ...ptzMethods,
  /** Where each camera lives, for an edge: camera id → RPC address of its ingest. Whole sets, as above. */
  'edge.routes': {
    params: z.object({
      generation: z.number().int(),
      routes: z.record(z.string(), z.string()),
      /** Cameras no viewer may see, whole set. */
      hidden: z.array(z.string()).optional(),
    }),
    result: OrderAnswer,
  },
  'edge.rtsp': { params: z.object({}), result: z.object({ connections: z.array(RtspConnection) }) },
  /** Another node subscribes; access units follow as binary frames that carry `subscription`. */
  'stream.subscribe': {
    params: z.object({ camera: z.string(), profile: Profile, subscription: z.number().int() }),
    result: z.object({}),
  },
  'stream.unsubscribe': {
    params: z.object({ subscription: z.number().int() }),
    result: z.object({}),
  },
  /** prom-client metrics as JSON, merged by the api into one /metrics. */
  'node.metrics': {
    /** All of them, unless some are named. */
    params: z.object({ names: z.array(z.string().max(200)).max(200).optional() }),
    result: z.object({ metrics: z.array(z.unknown()) }),
  },
  'node.ping': { params: z.object({}), result: z.object({ id: z.string(), roles: z.array(z.string()) }) },
} as const;
export type NodeMethod = keyof typeof nodeMethods;

/**
 * What a node asks of whoever is connected and said that it answers: the other direction of the same connection. Both ends
 * validate, and the one that asks waits five seconds at most.
 */
export const nodeQuestions = {
  'access.ask': { params: AccessRequest, result: AccessAnswer },
} as const;
export type NodeQuestion = keyof typeof nodeQuestions;

const base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/);

/** A track as it crosses between nodes; buffers in base64. Mirrors `Track` of the media package. */
export const WireTrack = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('video'),
    codec: z.literal('h264'),
    clockRate: z.number().positive(),
    parameterSets: z.object({ sps: base64, pps: z.array(base64).max(256) }),
    width: z.number(),
    height: z.number(),
    profileLevelId: z.string().regex(/^[0-9a-fA-F]{6}$/),
    frameRate: z.number().nullable(),
    reorders: z.boolean(),
  }),
  z.object({
    kind: z.literal('audio'),
    codec: z.enum(['aac', 'pcmu', 'pcma', 'opus']),
    clockRate: z.number().positive(),
    channels: z.number().int().positive(),
    config: base64.nullable(),
  }),
]);
export type WireTrack = z.infer<typeof WireTrack>;

/**
 * What a node says unasked: `stream.tracks` and `stream.status` to the peer whose `subscription` they name, in order with
 * its access units; the others to whoever is connected.
 */
export const nodeEvents = {
  'stream.tracks': z.object({ subscription: z.number().int(), tracks: z.array(WireTrack).max(16) }),
  'stream.status': z.object({ subscription: z.number().int(), status: StreamStatus }),
  'camera.status': z.object({ camera: z.string(), profile: Profile, status: StreamStatus }),
  /** Somebody began to push a stream to this node (since when, ms), or nobody does any more (null). */
  'stream.published': z.object({
    camera: z.string(),
    profile: Profile,
    published_at: z.number().nullable(),
    published_by: z.string().max(200).optional(),
  }),
  /** A session that was let in is over. */
  'access.closed': z.object({ session: z.string().max(100) }),
} as const;
export type NodeEvent = keyof typeof nodeEvents;
