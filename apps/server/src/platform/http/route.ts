import {
  type BodyOf,
  ErrorBody,
  type ErrorCode,
  errorCodes,
  type ParamsOf,
  type QueryOf,
  type ResponseOf,
  type Route,
} from '@marsad/contract';
import type { FastifyReply, FastifyRequest, FastifySchema, RouteOptions } from 'fastify';
import type { Caller, Origin } from '../auth/identity.ts';
import type { HttpServer } from './server.ts';

export interface Request<R extends Route> {
  readonly params: ParamsOf<R>;
  readonly query: QueryOf<R>;
  readonly body: BodyOf<R>;
  /** Who calls; on routes without an access token there is only an {@link Request.origin}. */
  readonly caller: R['access'] extends 'user' | 'admin' ? Caller : null;
  readonly origin: Origin;
  readonly request: FastifyRequest;
  /** For headers and cookies, and for another status than the route's first; the body is what the handler returns. */
  readonly reply: FastifyReply;
}

/** What a handler gives back; of an operation without a body nothing is sent, whatever it is. */
type Answer<R extends Route> = undefined extends ResponseOf<R> ? Promise<unknown> : Promise<ResponseOf<R>>;

/** Registers one operation of the contract: its schemas validate what comes in and serialise what goes out. */
export function route<R extends Route>(
  app: HttpServer,
  definition: R,
  handler: (request: Request<R>) => Answer<R>,
): void {
  const [status = '200'] = Object.keys(definition.responses);
  const url = definition.path.replace(/\{(\w+)\}/g, ':$1');
  const schema = schemaOf(definition);
  const options: RouteOptions = {
    method: definition.method,
    url,
    schema,
    config: { access: definition.access },
    handler: async (request, reply) => {
      const origin = originOf(request);
      reply.code(Number(status));
      const answer = await handler({
        params: request.params,
        query: request.query,
        body: request.body,
        caller: request.identity && { identity: request.identity, origin },
        origin,
        request,
        reply,
      } as Request<R>);
      if (reply.statusCode === 204) return reply.send();
      return answer;
    },
  };
  app.route(options);
  const last = definition.rest && /:(\w+)$/.exec(url)?.[1];
  if (!last) return;
  app.route({
    ...options,
    url: url.replace(/:\w+$/, '*'),
    schema: { ...schema, hide: true },
    preValidation: async (request) => {
      const { '*': rest, ...params } = request.params as Record<string, string>;
      request.params = { ...params, [last]: rest };
    },
  });
}

function originOf(request: FastifyRequest): Origin {
  const agent = request.headers['user-agent'];
  return { address: request.ip, userAgent: agent?.slice(0, 300) ?? null, requestId: request.id };
}

/** What every operation can answer, by who may call it. */
const general: readonly ErrorCode[] = ['VALIDATION_FAILED', 'RATE_LIMIT_EXCEEDED', 'SERVICE_UNAVAILABLE'];

function schemaOf(definition: Route): FastifySchema {
  const codes: ErrorCode[] = [...general, ...(definition.errors ?? [])];
  if (definition.body) codes.push('PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE');
  if (definition.access === 'user') codes.push('UNAUTHENTICATED');
  if (definition.access === 'admin' || definition.access === 'operations') codes.push('UNAUTHENTICATED', 'FORBIDDEN');
  const response: Record<number, unknown> = { ...definition.responses };
  for (const code of codes) {
    const { status } = errorCodes[code];
    if (status in definition.responses) continue;
    const names = codes.filter((other) => errorCodes[other].status === status);
    response[status] = (definition.errorBody ?? ErrorBody).describe(`\`${[...new Set(names)].join('`, `')}\``);
  }
  return {
    summary: definition.summary,
    ...(definition.description ? { description: definition.description } : {}),
    tags: [...definition.tags],
    operationId: operationIdOf(definition),
    ...(definition.params ? { params: definition.params } : {}),
    ...(definition.query ? { querystring: definition.query } : {}),
    ...(definition.body ? { body: definition.body } : {}),
    ...(definition.access === 'public' || definition.access === 'session' ? { security: [] } : {}),
    response,
  };
}

/** `getApiV1CamerasById`: stable as long as the path is. */
function operationIdOf({ method, path }: Route): string {
  const words = path.replace(/\{(\w+)\}/g, 'by-$1').split(/[^A-Za-z0-9]+/);
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
