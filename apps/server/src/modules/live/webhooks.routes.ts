import type { HttpServer } from '../../platform/http/server.ts';
import type { WebhooksService } from './webhooks.service.ts';

const bodyLimit = 1024 * 1024;

/** LiveKit's webhooks. Whoever signs with the secret may call; the signature is over the bytes as they came. */
export function webhookRoutes(app: HttpServer, service: WebhooksService): void {
  app.addContentTypeParser('application/webhook+json', { parseAs: 'buffer', bodyLimit }, (_request, body, done) =>
    done(null, body),
  );
  app.route({
    method: 'POST',
    url: '/webhook/livekit',
    bodyLimit,
    config: { access: 'public' },
    schema: {
      summary: 'Webhooks of a LiveKit server or of the edge',
      description:
        'Signed with the LiveKit API secret: `Authorization` holds a token with the SHA-256 of the body. Sent again, an event changes nothing.',
      tags: ['system'],
      security: [],
    },
    handler: async (request, reply) => {
      await service.receive(request.body, request.headers.authorization);
      return reply.code(200).send();
    },
  });
}
