import { isIP } from 'node:net';
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import { AppError } from '../app-error.ts';
import type { TokenVerifier } from '../auth/token-verifier.ts';

/** Says whom a token belongs to, or throws why it is no good. */
export type Verifier = Pick<TokenVerifier, 'verify'>;

/**
 * Nobody gets anywhere unless the route says who may: access is checked before a byte of the body is read, and a route
 * that declares none makes the server refuse to start.
 */
export function guard(app: FastifyInstance, verifier: Verifier): void {
  const registered: RouteOptions[] = [];
  app.addHook('onRoute', (route) => {
    registered.push(route);
  });
  app.addHook('onReady', async () => {
    for (const { method, url, config } of registered) {
      // CORS preflight: it answers with headers alone.
      if (method === 'OPTIONS' && url === '*') continue;
      if (config?.access === undefined) throw new Error(`${String(method)} ${url} does not declare who may call it`);
    }
  });
  app.addHook('onRequest', async (request) => {
    if (request.is404 || request.method === 'OPTIONS') return;
    await admit(request, verifier);
  });
}

async function admit(request: FastifyRequest, verifier: Verifier): Promise<void> {
  const access = request.routeOptions.config.access;
  switch (access) {
    case 'public':
    case 'session':
      return;
    case 'operations':
      if (isLocal(request)) return;
      break;
    case 'user':
    case 'admin':
      break;
    default:
      throw new AppError('FORBIDDEN');
  }
  request.identity = await verifier.verify(bearerOf(request));
  if (access !== 'user' && !request.identity.isAdmin) throw new AppError('FORBIDDEN');
}

/** @throws AppError `UNAUTHENTICATED` */
function bearerOf(request: FastifyRequest): string {
  const [, token] = /^Bearer +([A-Za-z0-9._~+/=-]{1,8192})$/i.exec(request.headers.authorization ?? '') ?? [];
  if (token === undefined) throw new AppError('UNAUTHENTICATED');
  return token;
}

/** What a proxy adds to a request. */
const proxied = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'];

/**
 * Whether somebody on this machine asks, and asks us. What comes through a proxy on this machine may come from anywhere:
 * who is behind it is known only if the proxy is a trusted one, and that is easily forgotten.
 */
function isLocal({ headers, socket }: FastifyRequest): boolean {
  return isLoopback(socket.remoteAddress ?? '') && proxied.every((name) => headers[name] === undefined);
}

function isLoopback(address: string): boolean {
  const plain = address.startsWith('::ffff:') ? address.slice(7) : address;
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'));
}
