import { routes } from '@marsad/contract';
import { hostOf } from '../../platform/http/host.ts';
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
