import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply } from 'fastify';
import { AppError } from '../app-error.ts';
import type { HttpServer } from './server.ts';

const notBuilt = 'The dashboard has not been built. `npm start` builds it.\n';

/**
 * Serves the built web app. Files under `/assets/` carry a hash in their names and are kept for ever; the page itself is
 * asked for each time. An address that is no file and no API path is the app's own: it gets the page.
 */
export async function serveDashboard(app: HttpServer, folder: string): Promise<void> {
  if (existsSync(folder)) {
    await app.register(async (files) => {
      files.addHook('onRoute', (route) => {
        route.config = { ...route.config, access: 'public' };
        route.schema = { hide: true };
      });
      await files.register(fastifyStatic, {
        root: folder,
        index: false,
        cacheControl: false,
        setHeaders: (reply, path) => {
          const immutable = path.startsWith(join(folder, 'assets'));
          reply.header('cache-control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
        },
      });
    });
  }
  const sendPage = async (reply: FastifyReply) => {
    const page = await readFile(join(folder, 'index.html'), 'utf8').catch(() => null);
    if (page === null) return reply.code(503).type('text/plain; charset=utf-8').send(notBuilt);
    return reply.code(200).header('cache-control', 'no-cache').type('text/html; charset=utf-8').send(page);
  };
  // Of its own, because the files' wildcard takes "/" for a file without a name.
  app.get('/', { config: { access: 'public' }, schema: { hide: true } }, (_, reply) => sendPage(reply));
  app.setNotFoundHandler(async (request, reply) => {
    const reading = request.method === 'GET' || request.method === 'HEAD';
    const wantsPage = reading && (request.headers.accept ?? '').includes('text/html');
    if (!wantsPage || /^\/(api|ws|v3|assets|docs|\.well-known)\//.test(request.url)) throw new AppError('NOT_FOUND');
    return sendPage(reply);
  });
}
