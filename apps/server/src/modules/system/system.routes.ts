import { routes } from '@marsad/contract';
import { route } from '../../platform/http/route.ts';
import type { HttpServer } from '../../platform/http/server.ts';
import type { RoomsService } from './rooms.service.ts';
import type { SystemService } from './system.service.ts';

export function systemRoutes(app: HttpServer, service: SystemService, inRooms: RoomsService): void {
  const { system, rooms } = routes;
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
  route(app, system.figures, async ({ caller }) => service.figures(caller));
  route(app, rooms.list, async ({ caller, query }) => inRooms.list(caller, query));
  route(app, rooms.participants, async ({ caller, params }) => inRooms.participants(caller, params.room));
  route(app, rooms.message, async ({ caller, params, body }) => {
    return { status: 'sent' as const, recipients: await inRooms.message(caller, params.room, body) };
  });
  route(app, rooms.removeParticipant, async ({ caller, params }) => {
    await inRooms.remove(caller, params.room, params.identity);
    return { status: 'removed' as const };
  });
}
