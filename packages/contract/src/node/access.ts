import { z } from 'zod';
import { Profile } from './stream-state.ts';

/** How somebody who wants a stream, or brings one, says who they are. */
export const Credentials = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  z.object({ kind: z.literal('bearer'), token: z.string().max(8192) }),
  z.object({ kind: z.literal('basic'), user: z.string().max(200), password: z.string().max(1000) }),
  /** RFC 7616 as RTSP uses it. The edge has made the nonce and has checked that it is its own and not too old. */
  z.object({
    kind: z.literal('digest'),
    user: z.string().max(200),
    realm: z.string().max(200),
    nonce: z.string().max(200),
    uri: z.string().max(4000),
    /** The RTSP or HTTP method the response was made for. */
    method: z.string().max(40),
    response: z.string().max(200),
    algorithm: z.enum(['MD5', 'SHA-256']),
  }),
]);
export type Credentials = z.infer<typeof Credentials>;

/** An edge asks before it lets anybody read or publish who does not come with a token of its own rooms. */
export const AccessRequest = z.object({
  /** Names the session among all of all edges, from this question until `access.closed`. */
  session: z.string().min(1).max(100),
  protocol: z.enum(['rtsp', 'whep', 'whip', 'rtmp']),
  action: z.enum(['read', 'publish']),
  /** A camera's id, `camera_` and its id, its path, or (publishing) a stream key: whatever the client named. */
  path: z.string().min(1).max(300),
  profile: Profile,
  credentials: Credentials,
  /** Address of the client, for the audit trail and rate limits. */
  address: z.string().max(100),
});
export type AccessRequest = z.infer<typeof AccessRequest>;

export const AccessAnswer = z.discriminatedUnion('outcome', [
  /** The camera is shown in `room` on the asking edge, which admits `identity`; joining it is being charged for it. */
  z.object({
    outcome: z.literal('read'),
    camera: z.string(),
    profile: Profile,
    room: z.string(),
    identity: z.string(),
    /** Belong into the participant's attributes: what the edge tells of the reader, should all else be forgotten. */
    attributes: z.record(z.string(), z.string()),
  }),
  /** The asking edge owns the camera's stream while the publisher is connected. */
  z.object({
    outcome: z.literal('publish'),
    camera: z.string(),
    profile: Profile,
    /** With whose rights: told again with the stream. Left out where a key was shown. */
    user: z.string().max(200).optional(),
  }),
  z.object({
    outcome: z.literal('refused'),
    reason: z.enum(['UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND', 'FULL', 'OFFLINE', 'UNAVAILABLE']),
    /** A sentence for the client's log. */
    detail: z.string().max(200),
  }),
]);
export type AccessAnswer = z.infer<typeof AccessAnswer>;
