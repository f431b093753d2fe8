import { z } from 'zod';

/** The JSON frames. The handshake comes first, server → client → server; nothing else is read before it is over. */
const nonce = z.string().regex(/^[0-9a-f]{64}$/);
const id = z.number().int().nonnegative();

export const Challenge = z.object({ type: z.literal('challenge'), protocol: z.literal(1), nonce });
export const Hello = z.object({
  type: z.literal('hello'),
  protocol: z.literal(1),
  nonce,
  proof: nonce,
  /** The questions this client answers. */
  answers: z.array(z.string().max(50)).max(50).optional(),
});
export const Welcome = z.object({ type: z.literal('welcome'), proof: nonce });

export const Request = z.object({
  type: z.literal('request'),
  id,
  method: z.string(),
  params: z.unknown(),
  /** The request of a person or a program that made the client call; whoever reads the logs follows it. */
  request_id: z
    .string()
    .regex(/^[A-Za-z0-9._:-]{1,128}$/)
    .optional()
    .catch(undefined),
});
/** What a client says to a question; without a result it could not answer. */
export const Answer = z.object({ type: z.literal('answer'), id, result: z.unknown() });
export const Unanswered = z.object({ type: z.literal('unanswered'), id, message: z.string().max(500) });

export const ToServer = z.discriminatedUnion('type', [Request, Answer, Unanswered]);

export const Response = z.object({ type: z.literal('response'), id, result: z.unknown() });
export const Failure = z.object({
  type: z.literal('failure'),
  id,
  code: z.enum(['INVALID_PARAMS', 'UNKNOWN_METHOD', 'FAILED']),
  message: z.string().max(500),
});
export const Event = z.object({ type: z.literal('event'), event: z.string(), data: z.unknown() });

export const Question = z.object({ type: z.literal('question'), id, question: z.string(), params: z.unknown() });

export const ToClient = z.discriminatedUnion('type', [Response, Failure, Event, Question]);
