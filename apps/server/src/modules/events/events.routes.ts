import websocket from '@fastify/websocket';
import { AppError } from '../../platform/app-error.ts';
import type { HttpServer } from '../../platform/http/server.ts';
import type { EventHub } from './events.hub.ts';

/** Largest message of a client: a token. */
const maxPayload = 16 * 1024;

export async function eventRoutes(app: HttpServer, hub: EventHub): Promise<void> {
  await app.register(websocket, { options: { maxPayload, perMessageDeflate: false } });
  app.register(async (scope) => {
    scope.route({
      method: 'GET',
      url: '/ws/stream/stats',
      config: { access: 'public' },
      schema: {
        summary: 'Events over a WebSocket',
        description:
          'The first message is `{"type":"AUTH","token":"<access token>"}`; programs may send the token as `Authorization: Bearer` or `?access_token=` instead. Nothing is said before. Sent again with a newer token it keeps the connection, which else ends with the token (4401). Then come `STREAM_STATS` (every 5 s and on change), `CAMERA_STATUS`, `AGENCY_LIMIT_UPDATE` and `ALERT`, as `{type, data, timestamp}`, of the agencies the user may view.',
        tags: ['streams'],
        security: [],
      },
      handler: async (_request, reply) => {
        reply.header('upgrade', 'websocket');
        throw new AppError('UPGRADE_REQUIRED');
      },
      wsHandler: (socket, request) => {
        const bearer = /^Bearer +(\S{1,8192})$/i.exec(request.headers.authorization ?? '')?.[1];
        const query = (request.query as Record<string, unknown>).access_token;
        hub.accept(socket, bearer ?? (typeof query === 'string' ? query : null), request.ip);
      },
    });
  });
}
