import { routes } from '@marsad/contract';
import { route } from '../../platform/http/route.ts';
import type { HttpServer } from '../../platform/http/server.ts';
import { visibleAgencies } from './agencies.service.ts';

export function agencyRoutes(app: HttpServer): void {
  route(app, routes.agencies.list, async ({ caller }) => ({ agencies: visibleAgencies(caller) }));
}
