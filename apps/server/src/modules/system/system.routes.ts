import { routes } from '@marsad/contract';
import { route } from '../../platform/http/route.ts';
import type { HttpServer } from '../../platform/http/server.ts';
import type { SystemService } from './system.service.ts';

export function systemRoutes(app: HttpServer, service: SystemService): void {
  const { system } = routes;
  route(app, system.health, async () => service.health());
  route(app, system.ready, async ({ reply }) => {
    const answer = await service.readiness();
    if (answer.status !== 'ready') reply.code(503);
    return answer;
  });
  route(app, system.metrics, async ({ reply }) => {
    reply.type('text/plain; version=0.0.4; charset=utf-8').serializer((text: unknown) => String(text));
    return service.metrics();
  });
  route(app, system.nodes, async ({ caller }) => ({ nodes: service.nodes(caller) }));
}
