import { z } from 'zod';

const seconds = (fallback: number) => z.number().positive().max(86_400).default(fallback);
/** Which ONVIF operations a fault hits: all, or those that set the head going. */
const on = z.enum(['all', 'moves']).default('all');

/** What can be wrong with a camera; one at a time. */
export const Fault = z.discriminatedUnion('kind', [
  /** Connections end in the middle of a picture; new ones are cut for that long, then all is well again. */
  z.object({ kind: z.literal('unplug'), seconds: seconds(10) }),
  /** `stream`: random bytes between packets; `rtp`: packets that are no RTP; `nal`: scribbled payloads; `all`: any. */
  z.object({
    kind: z.literal('garbage'),
    form: z.enum(['stream', 'rtp', 'nal', 'all']).default('all'),
    /** Share of the pictures that are hit. */
    share: z.number().min(0).max(1).default(0.2),
  }),
  /** The connection stays, nothing is sent. */
  z.object({ kind: z.literal('stall') }),
  /** From the next key picture on the other profile's size is sent. */
  z.object({ kind: z.literal('resolution') }),
  /** RTP timestamps step by `seconds` now and again every `everySeconds`. */
  z.object({ kind: z.literal('clock-jump'), seconds: z.number().default(-5), everySeconds: seconds(5) }),
  /** Sequence numbers and SSRC start anew now and again every `everySeconds`. */
  z.object({ kind: z.literal('sequence-restart'), everySeconds: seconds(5) }),
  /** Main profile with B-frames, which others refer to or not. The barcode then counts within the loop. */
  z.object({ kind: z.literal('b-frames'), referenced: z.boolean().default(false) }),
  z.object({ kind: z.literal('h265') }),
  /** DESCRIBE is answered with a header field of so many bytes. */
  z.object({ kind: z.literal('huge-header'), bytes: z.number().int().min(1).max(16_000_000).default(1_000_000) }),
  /** No credentials are right. */
  z.object({ kind: z.literal('wrong-password') }),
  z.object({ kind: z.literal('not-found') }),
  /** So many percent of the RTP packets over UDP are dropped. */
  z.object({ kind: z.literal('loss'), percent: z.number().min(0).max(100).default(5) }),
  /** No packet has the marker bit. */
  z.object({ kind: z.literal('no-marker') }),
  z.object({ kind: z.literal('params-in-band-only') }),
  z.object({ kind: z.literal('params-in-sdp-only') }),
  /** DESCRIBE names a base that leads nowhere. */
  z.object({ kind: z.literal('wrong-content-base') }),
  /** DESCRIBE is answered with 302 to another path that works. */
  z.object({ kind: z.literal('redirect') }),
  /** ONVIF: what would set the head going is refused (`ter:Action`). */
  z.object({ kind: z.literal('ptz-refuse') }),
  /** ONVIF: requests are taken and never answered. */
  z.object({ kind: z.literal('ptz-hang'), on }),
  /** ONVIF: answers are random bytes. */
  z.object({ kind: z.literal('ptz-garbage'), on }),
  /** ONVIF: answers do not end. */
  z.object({ kind: z.literal('ptz-huge'), on }),
  /** ONVIF: a continuous movement goes on until it is stopped or meets its end. */
  z.object({ kind: z.literal('ptz-ignores-timeout') }),
  /** ONVIF: the camera's clock is so many seconds ahead. */
  z.object({ kind: z.literal('ptz-wrong-clock'), seconds: z.number().min(-1e9).max(1e9).default(3600) }),
  /** ONVIF: services and streams are named at an address that leads nowhere. */
  z.object({ kind: z.literal('ptz-wrong-address') }),
]);
export type Fault = z.output<typeof Fault>;
export type FaultInput = z.input<typeof Fault>;

/** Faults that show in the description: connections are ended, so that clients describe again. */
const DESCRIBED: ReadonlySet<Fault['kind']> = new Set([
  'h265',
  'huge-header',
  'wrong-password',
  'not-found',
  'params-in-band-only',
  'params-in-sdp-only',
  'wrong-content-base',
  'redirect',
]);

export function showsInDescription(fault: Fault): boolean {
  return DESCRIBED.has(fault.kind);
}
