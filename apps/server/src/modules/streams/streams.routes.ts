import { routes } from '@marsad/contract';
import type { FastifyRequest } from 'fastify';
import { route } from '../../platform/http/route.ts';
import type { HttpServer } from '../../platform/http/server.ts';
import type { StreamsService } from './streams.service.ts';

export function streamRoutes(app: HttpServer, service: StreamsService): void {
  const { streams } = routes;
  route(app, streams.reserve, async ({ caller, body, request }) => service.reserve(caller, body, hostOf(request)));
  route(app, streams.release, async ({ caller, params }) => {
    await service.release(caller, params.id);
    return { status: 'released' as const, message: 'The stream has been released' };
  });
  route(app, streams.heartbeat, async ({ caller, params }) => {
    await service.heartbeat(caller, params.id);
    return { status: 'ok' as const };
  });
  route(app, streams.stats, async ({ caller }) => service.stats(caller));
}

/** The host name alone. It goes into an address that is answered, so whatever is not a host name is replaced. */
function hostOf({ hostname }: FastifyRequest): string {
  const valid = /^(?:[A-Za-z0-9._-]{1,253}|\[[0-9a-fA-F:.]{2,45}\])$/.test(hostname);
  return valid ? hostname : 'localhost';
}
