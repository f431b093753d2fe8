import { createServer, type IncomingMessage, type Server } from 'node:http';
import { z } from 'zod';
import { Fault, type FaultInput } from '../faults/fault.ts';

export interface ControlServerOptions {
  readonly cameras: () => unknown[];
  readonly statistics: () => unknown;
  /** Throws RangeError for an unknown camera, and for one that cannot be moved. */
  readonly ptz: (camera: string) => unknown;
  /** Throws RangeError for an unknown camera. */
  readonly setFault: (camera: string, fault: FaultInput) => Promise<void>;
  readonly clearFault: (camera: string) => void;
}

const MAX_BODY = 16_384;

/**
 * The control endpoint, on 127.0.0.1 only: `GET /cameras`, `GET /statistics`, `GET /cameras/{path}/ptz`, `POST` and `DELETE
 * /cameras/{path}/fault`.
 */
export class ControlServer {
  readonly #options: ControlServerOptions;
  readonly #server: Server;

  constructor(options: ControlServerOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      void this.#answer(request).then(({ status, body }) => {
        response
          .writeHead(status, { 'content-type': 'application/json' })
          .end(body === null ? '' : JSON.stringify(body));
      });
    });
  }

  /** Rejects when the port is taken. Answers the port. */
  async start(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => {
        this.#server.removeListener('error', reject);
        resolve();
      });
    });
    const address = this.#server.address();
    return typeof address === 'object' && address ? address.port : port;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    const { pathname } = new URL(request.url ?? '/', 'http://control');
    const { method } = request;
    if (method === 'GET' && pathname === '/cameras') return { status: 200, body: { cameras: this.#options.cameras() } };
    if (method === 'GET' && pathname === '/statistics') return { status: 200, body: this.#options.statistics() };
    const [, camera, part] = /^\/cameras\/([\w-]+)\/(fault|ptz)$/.exec(pathname) ?? [];
    if (camera === undefined) return { status: 404, body: { error: 'no such path' } };
    try {
      if (part === 'ptz') return { status: 200, body: this.#options.ptz(camera) };
      if (method === 'POST') await this.#options.setFault(camera, Fault.parse(JSON.parse(await bodyOf(request))));
      else if (method === 'DELETE') this.#options.clearFault(camera);
      else return { status: 405, body: { error: 'POST or DELETE' } };
      return { status: 204, body: null };
    } catch (error) {
      if (error instanceof RangeError) return { status: 404, body: { error: error.message } };
      const bad = error instanceof z.ZodError || error instanceof SyntaxError;
      return { status: bad ? 400 : 500, body: { error: error instanceof Error ? error.message : 'failed' } };
    }
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > MAX_BODY) throw new SyntaxError('body too large');
  }
  return text;
}
