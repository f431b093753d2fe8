import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

type PathConf = { readonly source?: string } & Record<string, unknown>;

/**
 * The paths of a MediaMTX server's control API, made from its public description: settings are kept in memory and are gone
 * after a restart, errors are `{status, error}`, what a path is not told it has from the defaults.
 */
export class MediamtxStandIn {
  readonly paths = new Map<string, PathConf>();
  /** `METHOD path` of each request. */
  readonly requests: string[] = [];
  /** Names that are refused whatever is asked. */
  readonly refused = new Set<string>();
  #server: Server | null = null;
  #port = 0;

  get url(): string {
    return `http://marsad:s%20ecret@127.0.0.1:${this.#port}`;
  }

  /** Again after {@link stop}: at the same port, and without its paths. */
  async start(): Promise<void> {
    this.paths.clear();
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url = '/', headers } = request;
        const text = Buffer.concat(chunks).toString();
        const [status, body] =
          headers.authorization === `Basic ${Buffer.from('marsad:s ecret').toString('base64')}`
            ? this.#answer(method, new URL(url, 'http://h'), text)
            : ([401, failure('authentication error')] as const);
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
    });
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    server?.closeAllConnections();
    await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
  }

  #answer(method: string, { pathname, searchParams }: URL, text: string): readonly [number, unknown] {
    this.requests.push(`${method} ${pathname}`);
    const [, verb = '', rest = ''] = /^\/v3\/config\/paths\/(\w+)(?:\/(.+))?$/.exec(pathname) ?? [];
    const name = decodeURIComponent(rest);
    if (method === 'GET' && verb === 'list') return [200, this.#list(searchParams)];
    if (this.refused.has(name)) return [400, failure('invalid path name')];
    const known = this.paths.has(name);
    switch (`${method} ${verb}`) {
      case 'POST add':
        if (known) return [400, failure('path already exists')];
        break;
      case 'POST replace':
        if (!known) return [404, failure('path configuration not found')];
        break;
      case 'DELETE delete':
        return this.paths.delete(name) ? [200, { status: 'ok' }] : [404, failure('path configuration not found')];
      default:
        return [404, failure('not found')];
    }
    const conf = JSON.parse(text) as PathConf;
    const unknown = Object.keys(conf).find((key) => !['source', 'sourceOnDemand', 'rtspTransport'].includes(key));
    if (unknown !== undefined) return [400, failure(`json: unknown field "${unknown}"`)];
    this.paths.set(name, conf);
    return [200, { status: 'ok' }];
  }

  #list(query: URLSearchParams) {
    const defaults = { source: 'publisher', sourceOnDemand: false, rtspTransport: 'automatic', maxReaders: 0 };
    const all = [...this.paths].sort().map(([name, conf]) => ({ ...defaults, ...conf, name }));
    const [size, page] = [Number(query.get('itemsPerPage') ?? 100), Number(query.get('page') ?? 0)];
    const items = all.slice(page * size, (page + 1) * size);
    return { itemCount: all.length, pageCount: Math.ceil(all.length / size), items };
  }
}

function failure(error: string) {
  return { status: 'error', error };
}
