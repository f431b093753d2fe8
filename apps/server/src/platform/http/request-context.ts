import { AsyncLocalStorage } from 'node:async_hooks';
import type { FastifyInstance } from 'fastify';

const current = new AsyncLocalStorage<string>();

/** The id of the request in which this code runs; null for what the system does by itself. */
export function requestId(): string | null {
  return current.getStore() ?? null;
}

/** Carries each request's id along with whatever it sets going. */
export function carryRequestId(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    current.run(request.id, done);
  });
}
