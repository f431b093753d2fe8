import { routes } from '@marsad/contract';
import { route } from '../../platform/http/route.ts';
import type { HttpServer } from '../../platform/http/server.ts';
import type { LimitsService } from './limits.service.ts';
import type { ReservationsService } from './reservations.service.ts';

export interface AdminRoutesOptions {
  readonly limits: LimitsService;
  readonly reservations: ReservationsService;
}

export function adminRoutes(app: HttpServer, { limits, reservations }: AdminRoutesOptions): void {
  const { admin } = routes;
  route(app, admin.limits, async ({ caller }) => ({ limits: await limits.list(caller) }));
  route(app, admin.setLimits, async ({ caller, body }) => ({ limits: await limits.change(caller, body) }));
  route(app, admin.reservations, async ({ caller, query }) => reservations.list(caller, query));
  route(app, admin.endReservation, async ({ caller, params }) => {
    await reservations.end(caller, params.id);
    return { status: 'ended' as const };
  });
}
