import type { NodeLease } from '@marsad/contract';
import { Cluster, type RedisOptions, Valkey } from 'iovalkey';
import type { Logger } from 'pino';

export interface LeaseOptions {
  /** `valkey://`, `redis://`, `valkeys://`, `rediss://` or `unix:///path?db=1`; several of one cluster by commas. */
  readonly url: string;
  /** Begins every key and holds the hash tag: `{marsad}:`. */
  readonly keyPrefix: string;
  readonly lease: NodeLease;
  readonly log: Logger;
}

const renewMs = 1000;
const lifeMs = 5000;

/**
 * Says in Valkey that this node lives: written every second, gone after five without. While Valkey is away the node
 * works on; the lease is written again as soon as it is back.
 */
export class Lease {
  readonly #client: Valkey | Cluster;
  readonly #id: string;
  readonly #key: string;
  /** Set of the ids of all nodes: who looks for leases needs not go through all keys. */
  readonly #nodes: string;
  readonly #value: string;
  #timer: NodeJS.Timeout | null = null;
  #writing = false;
  #closed = false;

  constructor({ url, keyPrefix, lease, log }: LeaseOptions) {
    this.#id = lease.id;
    this.#key = `${keyPrefix}node:${lease.id}`;
    this.#nodes = `${keyPrefix}nodes`;
    this.#value = JSON.stringify(lease);
    this.#client = clientFor(url);
    let up = true;
    this.#client.on('error', (error: Error) => {
      if (up) log.warn({ err: error }, 'Valkey is away: this node works on, but nobody new finds it');
      up = false;
    });
    this.#client.on('ready', () => {
      if (!up) log.info('Valkey is back');
      up = true;
      void this.#write();
    });
  }

  /** Does not wait: without Valkey the node starts all the same. */
  start(): void {
    if (this.#timer || this.#closed) return;
    this.#client.connect().catch(() => {});
    this.#timer = setInterval(() => void this.#write(), renewMs);
  }

  /** Takes the lease back, so that the cameras are placed anew at once and not after five seconds. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#timer) clearInterval(this.#timer);
    if (this.#client.status === 'ready') {
      await this.#client
        .multi()
        .del(this.#key)
        .srem(this.#nodes, this.#id)
        .exec()
        .catch(() => {});
    }
    this.#client.disconnect();
  }

  async #write(): Promise<void> {
    if (this.#writing || this.#closed || this.#client.status !== 'ready') return;
    this.#writing = true;
    try {
      await this.#client.multi().set(this.#key, this.#value, 'PX', lifeMs).sadd(this.#nodes, this.#id).exec();
    } catch {
      // The next second brings the next attempt; `error` has told of a lost connection.
    } finally {
      this.#writing = false;
    }
  }
}

function clientFor(url: string): Valkey | Cluster {
  const [first = '', ...others] = url.split(',').map((part) => part.trim());
  const server = connectionOf(first);
  const common = { connectTimeout: 2000, commandTimeout: 2000 };
  const again = (attempt: number) => Math.min(50 * attempt, 1000);
  if (others.length === 0) {
    return new Valkey({
      ...server,
      ...common,
      lazyConnect: true,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      retryStrategy: again,
    });
  }
  const scheme = /^[a-z]+:\/\//.exec(first)?.[0] ?? '';
  const rest = others.map((part) => connectionOf(part.includes('://') ? part : scheme + part));
  const nodes = [server, ...rest].map(({ host = '127.0.0.1', port = 6379 }) => ({ host, port }));
  const { host: _host, port: _port, db: _db, ...credentials } = server;
  return new Cluster(nodes, {
    lazyConnect: true,
    enableOfflineQueue: false,
    redisOptions: { ...credentials, ...common },
    clusterRetryStrategy: again,
  });
}

function connectionOf(text: string): RedisOptions {
  const url = new URL(text);
  const credentials: RedisOptions = {
    ...(url.username ? { username: decodeURIComponent(url.username) } : {}),
    ...(url.password ? { password: decodeURIComponent(url.password) } : {}),
  };
  if (url.protocol === 'unix:') {
    return { ...credentials, path: decodeURIComponent(url.pathname), db: Number(url.searchParams.get('db') ?? 0) };
  }
  return {
    ...credentials,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 6379),
    db: Number(url.pathname.slice(1) || 0),
    ...(url.protocol === 'valkeys:' || url.protocol === 'rediss:' ? { tls: { servername: url.hostname } } : {}),
  };
}
