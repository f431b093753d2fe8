import { Valkey as Client, type RedisOptions } from 'iovalkey';
import { AppError } from '../app-error.ts';
import type { Log } from '../log/log.ts';
import type { Script } from './script.ts';

export interface ValkeyOptions {
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
  readonly client: Client;

  constructor({ url, keyPrefix, log }: ValkeyOptions) {
    this.keyPrefix = keyPrefix;
    this.client = new Client({
      ...connectionOf(url),
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      connectTimeout: 2_000,
      commandTimeout: 2_000,
      retryStrategy: (attempt) => Math.min(50 * attempt, 1_000),
    });
    let up = true;
    this.client.on('error', (error: Error) => {
      if (up) log.warn({ err: error }, 'Valkey is away');
      up = false;
    });
    this.client.on('ready', () => {
      if (!up) log.info('Valkey is back');
      up = true;
    });
  }

  key(...parts: string[]): string {
    return this.keyPrefix + parts.join(':');
  }

  /** Waits for the first connection. @throws AppError when there is none within `timeout` milliseconds */
  async ready(timeout: number): Promise<void> {
    if (this.client.status === 'ready') return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.client.off('ready', done);
        reject(new AppError('SERVICE_UNAVAILABLE', { part: 'valkey' }));
      }, timeout);
      const done = () => {
        clearTimeout(timer);
        resolve();
      };
      this.client.once('ready', done);
    });
  }

  /** Runs commands. @throws AppError `SERVICE_UNAVAILABLE` when Valkey is away; what Valkey itself objects to stays as it is */
  async run<T>(commands: (client: Client) => Promise<T>): Promise<T> {
    try {
      return await commands(this.client);
    } catch (error) {
      if (isReply(error) && !/^(LOADING|MASTERDOWN|CLUSTERDOWN|OOM|READONLY|BUSY)\b/.test(error.message)) throw error;
      throw new AppError('SERVICE_UNAVAILABLE', { part: 'valkey' }, error);
    }
  }

  /** Runs a script by its digest, sending its text when the server has never seen it or was restarted. */
  eval(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    return this.run(async (client) => {
      try {
        return await client.evalsha(script.digest, keys.length, ...keys, ...args);
      } catch (error) {
        if (!(isReply(error) && error.message.startsWith('NOSCRIPT'))) throw error;
        return client.eval(script.text, keys.length, ...keys, ...args);
      }
    });
  }

  async isUp(): Promise<boolean> {
    return this.run((client) => client.ping()).then(
      () => true,
      () => false,
    );
  }

  close(): void {
    this.client.disconnect();
  }
}

function isReply(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}

/** `valkey://`, `redis://` (plain), `valkeys://`, `rediss://` (TLS) or `unix:///path?db=1`. */
export function connectionOf(text: string): RedisOptions {
  const url = new URL(text);
  const password = url.password ? { password: decodeURIComponent(url.password) } : {};
  const username = url.username ? { username: decodeURIComponent(url.username) } : {};
  if (url.protocol === 'unix:') {
    return {
      path: decodeURIComponent(url.pathname),
      db: Number(url.searchParams.get('db') ?? 0),
      ...username,
      ...password,
    };
  }
  const secure = url.protocol === 'valkeys:' || url.protocol === 'rediss:';
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 6379),
    db: Number(url.pathname.slice(1) || 0),
    ...username,
    ...password,
    ...(secure ? { tls: { servername: url.hostname } } : {}),
  };
}
