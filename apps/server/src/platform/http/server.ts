import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import compress from '@fastify/compress';
import cookie from '@fastify/cookie';
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import type { Access } from '@marsad/contract';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify, LogController } from 'fastify';
import { serializerCompiler } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { AppError } from '../app-error.ts';
import type { Identity } from '../auth/identity.ts';
import type { Log } from '../log/log.ts';
import type { HttpMetrics } from '../metrics/http-metrics.ts';
import { guard, type Verifier } from './guard.ts';
import { type Answer, type Problem, problemOf } from './problem.ts';
import { limitAddresses, limitUsers, type RateLimits } from './rate-limits.ts';
import { refuseUnread } from './refuse-unread.ts';
import { carryRequestId } from './request-context.ts';
import { validate } from './validation.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Every route declares it: the server does not start with one that does not. */
    access?: Access;
  }
  interface FastifyRequest {
    /** Set before the handler of a route that asks for an access token. */
    identity: Identity | null;
  }
}

export type HttpServer = FastifyInstance;

export interface HttpServerOptions {
  readonly log: Log;
  readonly verifier: Verifier;
  readonly metrics: HttpMetrics;
  readonly tls: { readonly cert: string; readonly key: string } | null;
  readonly corsOrigins: readonly string[] | '*';
  /** Addresses or ranges whose `X-Forwarded-*` headers are believed. */
  readonly trustedProxies: readonly string[];
  /** Origins, beside its own, that a page of ours may connect to: where the edges are. Asked for every page. */
  readonly connectSources: () => readonly string[];
  readonly rateLimits?: RateLimits;
  /** Beginnings of paths that stand for others: by what is asked, what is served. */
  readonly aliases?: Readonly<Record<string, string>>;
}

/** Bytes of a body. Nothing that is sent to the api is larger than a form full of text. */
const bodyLimit = 1024 * 1024;
/** Milliseconds that requests under way are given when the server closes. */
const closingMs = 3_000;
const requestIdPattern = /^[A-Za-z0-9._:-]{1,128}$/;

/** A server without routes: request ids, access checks, error answers, security headers, limits. */
export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { tls } = options;
  const app: FastifyInstance = fastify({
    ...(tls ? { https: { cert: readFileSync(tls.cert), key: readFileSync(tls.key) } } : {}),
    loggerInstance: options.log,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    bodyLimit,
    trustProxy: options.trustedProxies.length > 0 ? [...options.trustedProxies] : false,
    requestIdHeader: false,
    rewriteUrl: ({ url = '/' }: IncomingMessage) => unaliased(url, options.aliases ?? {}),
    genReqId: (request: IncomingMessage) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && requestIdPattern.test(given) ? given : randomUUID();
    },
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      reply.header('x-request-id', request.id);
      sendProblem(error, reply);
    },
    clientErrorHandler: refuseUnread,
    requestTimeout: 30_000,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: true },
  } as Parameters<typeof fastify>[0]) as unknown as FastifyInstance;

  app.setValidatorCompiler<z.ZodType>(({ schema }) => (value) => ({ value: validate(schema, value) }));
  app.setSerializerCompiler(serializerCompiler);
  readJsonBodies(app);

  app.decorateRequest('identity', null);
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  await app.register(helmet, {
    contentSecurityPolicy: false,
    strictTransportSecurity: tls !== null && { maxAge: 31_536_000 },
    crossOriginEmbedderPolicy: false,
    crossOriginResourcePolicy: { policy: 'same-site' },
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
  });
  app.addHook('onSend', async (_request, reply) => {
    if (reply.hasHeader('content-security-policy')) return;
    const html = String(reply.getHeader('content-type') ?? '').startsWith('text/html');
    reply.header(
      'content-security-policy',
      html ? pagePolicy(options.connectSources()) : "default-src 'none'; frame-ancestors 'none'",
    );
  });
  await app.register(cors, {
    origin: options.corsOrigins === '*' ? '*' : [...options.corsOrigins],
    credentials: options.corsOrigins !== '*' && options.corsOrigins.length > 0,
    exposedHeaders: ['X-Request-Id', 'Retry-After', 'X-RateLimit-Limit', 'X-RateLimit-Remaining', 'X-RateLimit-Reset'],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    maxAge: 600,
  });
  await app.register(cookie);
  // What is smaller fits into a few packets anyway: compressing it would cost more time than sending it.
  await app.register(compress, { threshold: 4_096, encodings: ['br', 'gzip'] });
  carryRequestId(app);
  if (options.rateLimits) limitAddresses(app, options.rateLimits);
  guard(app, options.verifier);
  if (options.rateLimits) limitUsers(app, options.rateLimits);
  options.metrics.observe(app);
  answerErrors(app);
  logRequests(app);
  closeInTime(app);
  return app;
}

function unaliased(url: string, aliases: Readonly<Record<string, string>>): string {
  const alias = Object.entries(aliases).find(([beginning]) => url.startsWith(beginning));
  return alias ? alias[1] + url.slice(alias[0].length) : url;
}

/** Style rules may be inline, because components position themselves with them; scripts never. */
function pagePolicy(connect: readonly string[]): string {
  return [
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "font-src 'self' data:",
    "worker-src 'self' blob:",
    ['connect-src', "'self'", ...connect].join(' '),
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** An empty body under `application/json` is no body: many clients send the header with every request. */
function readJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) done(null, undefined);
    else parse(request, body.toString(), done);
  });
}

/** @param form how these routes say what is wrong; as all others do when left out */
export function answerErrors(app: FastifyInstance, form?: (problem: Problem) => Answer): void {
  app.setErrorHandler((error, request, reply) => {
    const problem = sendProblem(error, reply, form);
    if (problem.unexpected) request.log.error({ err: error }, 'a request failed');
    else if (problem.status === 503) request.log.warn({ err: causeOf(error) }, 'a part is not available');
    return reply;
  });
}

function sendProblem(error: unknown, reply: FastifyReply, form?: (problem: Problem) => Answer): Problem {
  const problem = problemOf(error, { body: bodyLimit });
  const { status, body } = form ? form(problem) : problem;
  reply.code(status).headers(problem.headers).type('application/json; charset=utf-8');
  reply.serializer(JSON.stringify).send(body);
  return problem;
}

function causeOf(error: unknown): unknown {
  return error instanceof AppError && error.cause !== undefined ? error.cause : error;
}

/** Who has begun a request and does not go on with it cannot keep the server open. */
function closeInTime(app: FastifyInstance): void {
  app.addHook('preClose', async () => {
    const timer = setTimeout(() => app.server.closeAllConnections(), closingMs);
    app.server.once('close', () => clearTimeout(timer));
  });
}

/** Query strings stay out of the log: they may carry tokens. */
function pathOf(request: FastifyRequest): string {
  const end = request.url.indexOf('?');
  return end < 0 ? request.url : request.url.slice(0, end);
}

function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    const quiet = reply.statusCode < 400 && /^\/(health|ready|metrics|assets\/)/.test(request.url);
    request.log[quiet ? 'debug' : 'info'](
      {
        method: request.method,
        path: pathOf(request),
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        address: request.ip,
        user: request.identity?.id,
      },
      'request',
    );
  });
}
