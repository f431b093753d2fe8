import { routes } from '@marsad/contract';
import { hostOf } from '../../platform/http/host.ts';
import { route } from '../../platform/http/route.ts';
import type { HttpServer } from '../../platform/http/server.ts';
import type { CamerasService } from './cameras.service.ts';
import type { StreamKeysService } from './stream-keys.service.ts';

export function cameraRoutes(app: HttpServer, service: CamerasService, keys: StreamKeysService): void {
  const { cameras } = routes;
  route(app, cameras.list, async ({ caller, query }) => service.list(caller, query));
  route(app, cameras.get, async ({ caller, params }) => service.get(caller, params.id));
  route(app, cameras.create, async ({ caller, body }) => service.create(caller, body));
  route(app, cameras.update, async ({ caller, params, body }) => service.update(caller, params.id, body));
  route(app, cameras.remove, async ({ caller, params }) => service.remove(caller, params.id));
  route(app, cameras.hide, async ({ caller, params }) => service.hide(caller, params.id, true));
  route(app, cameras.show, async ({ caller, params }) => service.hide(caller, params.id, false));
  route(app, cameras.restore, async ({ caller, params }) => service.restore(caller, params.id));
  route(app, cameras.streamKey, async ({ caller, params, request, reply }) => {
    reply.header('cache-control', 'no-store');
    return keys.show(caller, params.id, hostOf(request));
  });
  route(app, cameras.renewStreamKey, async ({ caller, params, request, reply }) => {
    reply.header('cache-control', 'no-store');
    return keys.renew(caller, params.id, hostOf(request));
  });
}
