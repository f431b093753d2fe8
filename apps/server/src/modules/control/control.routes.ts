import { ControlPathConfig, controlRoutes } from '@marsad/contract';
import { route } from '../../platform/http/route.ts';
import { answerErrors, type HttpServer } from '../../platform/http/server.ts';
import type { ControlService } from './control.service.ts';
import { controlError } from './control-errors.ts';

const done = { status: 'ok' } as const;

/** In a scope of its own, because its errors have a form of their own. */
export async function addControlRoutes(app: HttpServer, service: ControlService): Promise<void> {
  await app.register(async (scope) => {
    answerErrors(scope, controlError);
    readAnyBodyAsJson(scope);
    const { config, globalConfig, paths, path, addPath, removePath, deletePath, rtspConnections, rtspsConnections } =
      controlRoutes;
    for (const one of [config, globalConfig]) route(scope, one, async ({ caller }) => service.config(caller));
    route(scope, paths, async ({ caller, query }) => service.paths(caller, query));
    route(scope, path, async ({ caller, params }) => service.path(caller, params.name));
    route(scope, addPath, async ({ caller, params, body }) => {
      await service.addPath(caller, params.name, body ?? ControlPathConfig.parse({}));
      return done;
    });
    for (const one of [removePath, deletePath]) {
      route(scope, one, async ({ caller, params }) => {
        await service.removePath(caller, params.name);
        return done;
      });
    }
    route(scope, rtspConnections, async ({ caller, query }) => service.connections(caller, false, query));
    route(scope, rtspsConnections, async ({ caller, query }) => service.connections(caller, true, query));
  });
}

/** Clients of that API call it by `curl -d`, which names another type. */
function readAnyBodyAsJson(scope: HttpServer): void {
  const parse = scope.getDefaultJsonParser('error', 'error');
  scope.addContentTypeParser('*', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) done(null, undefined);
    else parse(request, body.toString(), done);
  });
}
