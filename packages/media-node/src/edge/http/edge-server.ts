import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import type { EdgeOptions } from '../edge-options.ts';
import { answer } from './answer.ts';
import { allowOrigin } from './cors.ts';

export interface EdgeServerOptions {
  readonly http: EdgeOptions['http'];
  readonly corsOrigins: EdgeOptions['corsOrigins'];
  readonly log: Logger;
  /** Answers a request; one that rejects is answered 500. */
  readonly request: (request: IncomingMessage, url: URL, response: ServerResponse) => Promise<void>;
  readonly upgrade: (request: IncomingMessage, url: URL, socket: Duplex, head: Buffer) => Promise<void>;
}

/** The edge's HTTP server: CORS on every answer, pre-flights, and errors that end in an answer, not in a crash. */
export class EdgeServer {
  readonly #options: EdgeServerOptions;
  readonly #server: Server;
  #port = 0;

  constructor(options: EdgeServerOptions) {
    this.#options = options;
    const { tls } = options.http;
    const limits = {
      maxHeaderSize: 32 * 1024,
      requestTimeout: 20_000,
      headersTimeout: 10_000,
      // Longer than clients keep an idle connection: one closed by us just as they use it again costs them a request.
      keepAliveTimeout: 65_000,
    };
    this.#server = tls ? createTlsServer({ ...tls, ...limits }) : createServer(limits);
    this.#server.on('request', (request, response) => void this.#request(request, response));
    this.#server.on('upgrade', (request, socket, head) => void this.#upgrade(request, socket, head));
    this.#server.on('clientError', (_error, socket) => {
      if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    });
  }

  get port(): number {
    return this.#port;
  }

  /** Rejects when the port cannot be had. */
  async start(): Promise<void> {
    const { host, port } = this.#options.http;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    const address: AddressInfo | string | null = this.#server.address();
    this.#port = typeof address === 'object' && address ? address.port : port;
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #request(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      allowOrigin(request, response, this.#options.corsOrigins);
      // A pre-flight says nothing of who asks; with a token it is a question about the resource itself.
      if (request.method === 'OPTIONS' && request.headers.authorization === undefined) {
        response.writeHead(204).end();
        return;
      }
      await this.#options.request(request, urlOf(request), response);
    } catch (error) {
      // Only the first part of the path: behind it a publisher's key may stand.
      this.#options.log.error({ err: error, resource: urlOf(request).pathname.split('/')[1] }, 'request failed');
      if (response.headersSent) response.end();
      else answer(response, 500, '', { 'content-type': 'text/plain' });
    }
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    try {
      await this.#options.upgrade(request, urlOf(request), socket, head);
    } catch (error) {
      this.#options.log.error({ err: error }, 'upgrade failed');
      socket.destroy();
    }
  }
}

/** Only path and query are used; a request line that makes no URL is taken as `/`. */
function urlOf(request: IncomingMessage): URL {
  return URL.canParse(request.url ?? '/', 'http://edge')
    ? new URL(request.url ?? '/', 'http://edge')
    : new URL('http://edge/');
}
