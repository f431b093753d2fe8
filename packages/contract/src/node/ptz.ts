import { z } from 'zod';
import { longestMoveMs } from '../http/ptz.ts';

const velocity = z.number().min(-1).max(1);

/** What a camera is to do. Velocities are shares of the fastest it can: right, up and in are positive. */
export const PtzAction = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('move'),
    pan: velocity,
    tilt: velocity,
    zoom: velocity,
    /** It stops after so many milliseconds, unless another action comes before. */
    milliseconds: z.number().int().min(1).max(longestMoveMs),
  }),
  z.object({ kind: z.literal('stop') }),
  z.object({ kind: z.literal('preset'), preset: z.number().int().min(1), speed: z.number().min(0).max(1) }),
  z.object({ kind: z.literal('home'), speed: z.number().min(0).max(1) }),
]);
export type PtzAction = z.infer<typeof PtzAction>;

/** Why a camera did not do it. */
export const PtzFailure = z.object({
  outcome: z.literal('failed'),
  reason: z.enum(['UNREACHABLE', 'UNAUTHORIZED', 'UNSUPPORTED', 'NO_SUCH_PRESET', 'REFUSED']),
  /** What the camera said, or how it could not be reached. Never a password. */
  detail: z.string().max(200),
});
export type PtzFailure = z.infer<typeof PtzFailure>;

const target = {
  camera: z.string().min(1).max(100),
  /** Of its device service, with credentials. */ url: z.string().max(2000),
};

/** Moving cameras: answered by an ingest, because it is in the cameras' network. */
export const ptzMethods = {
  'ingest.ptz': {
    params: z.object({ ...target, action: PtzAction }),
    result: z.discriminatedUnion('outcome', [z.object({ outcome: z.literal('done') }), PtzFailure]),
  },
  'ingest.ptzPresets': {
    params: z.object(target),
    result: z.discriminatedUnion('outcome', [
      z.object({
        outcome: z.literal('done'),
        presets: z.array(z.object({ id: z.number().int(), name: z.string().max(200) })).max(1000),
      }),
      PtzFailure,
    ]),
  },
} as const;
