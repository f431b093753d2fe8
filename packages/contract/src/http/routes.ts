import { adminRoutes } from './admin.ts';
import { agencyRoutes } from './agencies.ts';
import { authRoutes } from './auth.ts';
import { cameraRoutes } from './cameras.ts';
import { ptzRoutes } from './ptz.ts';
import { roomRoutes } from './rooms.ts';
import { streamRoutes } from './streams.ts';
import { systemRoutes } from './system.ts';

/** Every operation of the HTTP API. */
export const routes = {
  auth: authRoutes,
  agencies: agencyRoutes,
  cameras: cameraRoutes,
  ptz: ptzRoutes,
  streams: streamRoutes,
  admin: adminRoutes,
  system: systemRoutes,
  rooms: roomRoutes,
} as const;
