import { routes } from '@marsad/contract';
import { route } from '../../platform/http/route.ts';
import type { HttpServer } from '../../platform/http/server.ts';
import type { PtzService } from './ptz.service.ts';

export function ptzRoutes(app: HttpServer, service: PtzService): void {
  route(app, routes.ptz.command, async ({ caller, params, body }) => {
    await service.command(caller, params.id, body);
    return { status: 'success', message: 'PTZ command executed' } as const;
  });
  route(app, routes.ptz.presets, async ({ caller, params }) => ({
    presets: await service.presets(caller, params.id),
  }));
}
