import { Valkey as Client, Cluster } from 'iovalkey';
import { AppError } from '../app-error.ts';
import type { Log } from '../log/log.ts';
import { connectionsOf } from './connection.ts';
import type { Script } from './script.ts';

export interface ValkeyOptions {
  /** One server, or several nodes of a cluster separated by commas. */
  readonly url: string;
  /** Begins every key. Holds one hash tag, so that all keys are on one shard of a cluster. */
  readonly keyPrefix: string;
  readonly log: Log;
}

/**
 * One connection, kept up for ever. While it is down every call fails at once with `SERVICE_UNAVAILABLE`: a request
 * that waits for a part that is away only adds to the crowd when it is back.
 */
export class Valkey {
  readonly keyPrefix: string;
  /** For libraries that want the client itself. Commands fail at once while it is not `ready`. */
  readonly client: Client | Cluster;
  readonly #url: string;
  readonly #log: Log;

  constructor({ url, keyPrefix, log }: ValkeyOptions) {
    this.keyPrefix = keyPrefix;
    this.#url = url;
    this.#log = log;
    this.client = connect(url, {});
    watch(this.client, log);
  }

  key(...parts: string[]): string {
    return this.keyPrefix + parts.join(':');
  }

  /** Waits for the first connection. @throws AppError when there is none within `timeout` milliseconds */
  async ready(timeout: number): Promise<void> {
    if (this.client.status === 'ready') return;
    await new Promise<void>((resolve, reject) => {
      const done = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.client.off('ready', done);
        reject(new AppError('SERVICE_UNAVAILABLE', { part: 'valkey' }));
      }, timeout);
      this.client.once('ready', done);
    });
  }

  /** Runs commands. @throws AppError `SERVICE_UNAVAILABLE` when Valkey is away; what Valkey itself objects to stays as it is */
  async run<T>(commands: (client: Client | Cluster) => Promise<T>): Promise<T> {
    try {
      return await commands(this.client);
    } catch (error) {
      throw unavailableOr(error);
    }
  }

  /** Runs a script by its digest, sending its text when the server has never seen it or was restarted. */
  async eval(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    try {
      return await this.client.evalsha(script.digest, keys.length, ...keys, ...args);
    } catch (error) {
      if (!(isReply(error) && error.message.startsWith('NOSCRIPT'))) throw unavailableOr(error);
      return this.run((client) => client.eval(script.text, keys.length, ...keys, ...args));
    }
  }

  async isUp(): Promise<boolean> {
    return this.run((client) => client.ping()).then(
      () => true,
      () => false,
    );
  }

  /**
   * Listens on a channel with a connection of its own, which comes back by itself; what is said while it is away is
   * missed.
   * @returns ends it
   */
  subscribe(channel: string, heard: (message: string) => void): () => void {
    const client = connect(this.#url, { enableOfflineQueue: true, maxRetriesPerRequest: null, autoPipelining: false });
    watch(client, this.#log);
    client.on('message', (from: string, message: string) => {
      if (from === channel) heard(message);
    });
    client.subscribe(channel).catch(() => {});
    return () => client.disconnect();
  }

  close(): void {
    this.client.disconnect();
  }
}

interface Behaviour {
  readonly enableOfflineQueue?: boolean;
  readonly maxRetriesPerRequest?: number | null;
  readonly autoPipelining?: boolean;
}

/**
 * Commands of one turn of the event loop leave in one packet: one write for the process, one read for the server. That
 * is a third of what an operation costs.
 */
function connect(url: string, behaviour: Behaviour): Client | Cluster {
  const { enableOfflineQueue = false, maxRetriesPerRequest = 0, autoPipelining = true } = behaviour;
  const common = { connectTimeout: 2_000, commandTimeout: 2_000 };
  const [first, ...others] = connectionsOf(url);
  if (first === undefined) throw new Error('VALKEY_URL names no server');
  if (others.length === 0) {
    return new Client({
      ...first,
      ...common,
      enableOfflineQueue,
      maxRetriesPerRequest,
      enableAutoPipelining: autoPipelining,
      retryStrategy: (attempt) => Math.min(50 * attempt, 1_000),
    });
  }
  const nodes = [first, ...others].map(({ host = '127.0.0.1', port = 6379 }) => ({ host, port }));
  const { host: _host, port: _port, db: _db, ...credentials } = first;
  return new Cluster(nodes, {
    enableOfflineQueue,
    enableAutoPipelining: autoPipelining,
    redisOptions: { ...credentials, ...common },
    // While a replica takes over, commands are tried again for about a second.
    maxRedirections: 16,
    retryDelayOnFailover: 100,
    retryDelayOnClusterDown: 100,
    slotsRefreshTimeout: 2_000,
    clusterRetryStrategy: (attempt) => Math.min(50 * attempt, 1_000),
  });
}

function watch(client: Client | Cluster, log: Log): void {
  let up = true;
  client.on('error', (error: Error) => {
    if (up) log.warn({ err: error }, 'Valkey is away');
    up = false;
  });
  client.on('ready', () => {
    if (!up) log.info('Valkey is back');
    up = true;
  });
}

function unavailableOr(error: unknown): unknown {
  if (isReply(error) && !/^(LOADING|MASTERDOWN|CLUSTERDOWN|OOM|READONLY|BUSY|TRYAGAIN)\b/.test(error.message)) {
    return error;
  }
  return new AppError('SERVICE_UNAVAILABLE', { part: 'valkey' }, error);
}

function isReply(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}
