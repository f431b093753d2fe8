import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Valkey } from 'iovalkey';
import { LogFile } from '../sibling/log-file.ts';
import { identify, type ProcessIdentity } from '../sibling/process-identity.ts';
import { type Exit, type Launch, Sibling } from '../sibling/sibling.ts';
import type { ValkeyProgram } from './binaries.ts';

export interface PrivateValkeyOptions {
  dataDir: string;
  runDir: string;
  logDir: string;
  program: () => Promise<ValkeyProgram>;
  onExit?: (exit: Exit) => void;
  onFailure?: (error: unknown) => void;
}

/**
 * Valkey of one data folder, on a Unix socket only. Counters must not be evicted, and after a crash at most the last
 * second is lost (append-only file, flushed every second). One left running is taken over.
 */
export class PrivateValkey {
  readonly sibling: Sibling;
  readonly #o: PrivateValkeyOptions;
  readonly #folder: string;
  readonly #socket: string;

  constructor(options: PrivateValkeyOptions) {
    this.#o = options;
    this.#folder = join(options.dataDir, 'valkey');
    this.#socket = join(options.runDir, 'valkey.sock');
    this.sibling = new Sibling({
      name: 'valkey',
      launch: () => this.#launch(),
      find: () => this.#running(),
      leftover: 'adopt',
      pidFile: join(options.runDir, 'valkey.pid'),
      log: new LogFile(join(options.logDir, 'valkey.log')),
      stopSignal: 'SIGTERM',
      stopMs: 10_000,
      ...(options.onExit && { onExit: options.onExit }),
      ...(options.onFailure && { onFailure: options.onFailure }),
    });
  }

  get url(): string {
    return `unix://${this.#socket}`;
  }

  /** Whether it answers; false while it loads its file. */
  async ready(): Promise<boolean> {
    return (await this.#ask((client) => client.ping())) === 'PONG';
  }

  async #launch(): Promise<Launch> {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const { file, libraries } = await this.#o.program();
    const settings = {
      port: '0',
      unixsocket: this.#socket,
      unixsocketperm: '700',
      dir: this.#folder,
      daemonize: 'no',
      appendonly: 'yes',
      appendfsync: 'everysec',
      save: '',
      'maxmemory-policy': 'noeviction',
      // It should refuse to write before the system ends it for want of memory.
      maxmemory: '512mb',
      'stop-writes-on-bgsave-error': 'no',
    };
    return {
      file,
      args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
      env: { PATH: '/usr/bin:/bin', TZ: 'UTC', ...(libraries && { LD_LIBRARY_PATH: libraries }) },
      cwd: '/',
    };
  }

  /** A second one on the same folder would write into the first one's file. */
  async #running(): Promise<ProcessIdentity | null> {
    if (!existsSync(this.#socket)) return null;
    const info = await this.#ask((client) => client.info('server'));
    return identify(Number(/^process_id:(\d+)/m.exec(info ?? '')?.[1]));
  }

  async #ask<T>(question: (client: Valkey) => Promise<T>): Promise<T | null> {
    const client = new Valkey({
      path: this.#socket,
      lazyConnect: true,
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
      enableReadyCheck: false,
      connectTimeout: 2000,
      commandTimeout: 5000,
    });
    client.on('error', () => {});
    try {
      await client.connect();
      return await question(client);
    } catch {
      return null;
    } finally {
      client.disconnect();
    }
  }
}
