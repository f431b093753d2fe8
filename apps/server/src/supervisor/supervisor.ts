import { join } from 'node:path';
import { pino } from 'pino';
import { type Config, childEnvironment } from '../config.ts';
import { migrate } from '../platform/database/migrate.ts';
import { createLog, type Log } from '../platform/log/log.ts';
import { loadSecrets, type Secrets } from '../secrets.ts';
import type { Settings } from '../settings.ts';
import { buildDashboard, dashboardIsStale } from './dashboard-build.ts';
import { claimDataFolder, type DataFolder } from './data-folder.ts';
import { demonstrationWanted, farmAnswers, farmProgress, launchFarm, writeDemonstrationList } from './demonstration.ts';
import { cacheFolder } from './folders.ts';
import { checkPorts, portsNeeded } from './ports.ts';
import { PrivatePostgres } from './postgres/private-postgres.ts';
import { askReady } from './readiness.ts';
import { apiRole, launchRole, mediaNodeRoles, type Role } from './role.ts';
import { type AwaitReadyOptions, awaitReady } from './sibling/await-ready.ts';
import { endLeftovers } from './sibling/leftovers.ts';
import { LogEcho } from './sibling/log-echo.ts';
import { LogFile } from './sibling/log-file.ts';
import { type Exit, Sibling } from './sibling/sibling.ts';
import type { Terminal } from './terminal.ts';
import { findValkey } from './valkey/binaries.ts';
import { PrivateValkey } from './valkey/private-valkey.ts';
import { welcomeLines } from './welcome.ts';

export interface SupervisorOptions {
  config: Config;
  terminal: Terminal;
  /** What `config` was read from, where that is not our own environment: the roles get it too. */
  settings?: Partial<Record<keyof Settings, string>>;
}

const servicesTimeoutMs = 600_000;
const readyTimeoutMs = 60_000;
const farmTimeoutMs = 600_000;

/**
 * `marsad start`: everything on one machine, as siblings in process groups of their own. It does no work itself; when
 * it is killed the siblings work on, and the next one takes over Postgres and Valkey and starts the rest anew.
 */
export class Supervisor {
  readonly #config: Config;
  readonly #terminal: Terminal;
  readonly #settings: Partial<Record<keyof Settings, string>>;
  readonly #abort = new AbortController();
  /** In the order of their start. */
  readonly #siblings: Sibling[] = [];
  readonly #echoes: LogEcho[] = [];
  #folder: DataFolder | null = null;
  #starting: Promise<void> = Promise.resolve();
  #closing: Promise<void> | null = null;

  constructor({ config, terminal, settings = {} }: SupervisorOptions) {
    this.#config = config;
    this.#terminal = terminal;
    this.#settings = settings;
  }

  /**
   * Starts everything and waits until it is ready.
   * @throws StartError saying what to do; what was started is running until `close()`
   */
  start(): Promise<void> {
    this.#starting = this.#start();
    return this.#starting;
  }

  /** Ends everything in reverse order; safe to call twice and in the middle of a start. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Ends everything at once. What was being written may need recovery at the next start. */
  kill(): void {
    this.#abort.abort(new Error('killed'));
    for (const sibling of this.#siblings) sibling.kill();
    this.#folder?.release();
  }

  async #start(): Promise<void> {
    const folder = claimDataFolder(this.#config.dataDir);
    this.#folder = folder;
    const secrets = loadSecrets(this.#config.secretsDir);
    const log = createLog({
      level: this.#config.log.level,
      role: 'supervisor',
      destination: pino.destination({
        dest: new LogFile(join(folder.logDir, 'supervisor.log')).path,
        mode: 0o600,
        sync: true,
      }),
    });
    await this.#endLeftovers(folder);
    await checkPorts(portsNeeded(this.#config, false));

    const [settings] = await this.#together([this.#services(folder, secrets, log), this.#dashboard()]);
    const demonstration = await demonstrationWanted(this.#config.demo.mode, settings.DATABASE_URL);
    const all = { ...this.#settings, ...settings, MARSAD_DATA: folder.path, MARSAD_DEMO_LIST: '' };
    if (demonstration)
      all.MARSAD_DEMO_LIST = await writeDemonstrationList(this.#config, folder.path, this.#abort.signal);
    // Its first pictures take a minute or two to draw: people can sign in meanwhile.
    const welcome = this.#roles(all, folder).then(() => {
      for (const line of welcomeLines(this.#config, folder, demonstration)) this.#terminal.line(line);
    });
    await this.#together([demonstration ? this.#farm(folder) : null, welcome]);
  }

  async #close(): Promise<void> {
    this.#abort.abort(new Error('stopped'));
    await this.#starting.catch(() => {});
    for (const echo of this.#echoes) echo.close();
    // They stay in the list: `kill()` must reach the one that is being waited for.
    for (const sibling of this.#siblings.toReversed()) {
      const how = await sibling.stop();
      if (how === 'killed') this.#terminal.warn(`${sibling.name} did not end in time and was killed`);
    }
    this.#folder?.release();
  }

  async #endLeftovers(folder: DataFolder): Promise<void> {
    const keep = [
      ...(this.#config.database.url === null ? ['postgres'] : []),
      ...(this.#config.valkey.url === null ? ['valkey'] : []),
    ];
    const ended = await endLeftovers(folder.runDir, keep);
    if (ended.length > 0) this.#terminal.line(`  Ended what an earlier start left running: ${ended.join(', ')}`);
  }

  /** @returns where Postgres, its schema up to date, and Valkey are */
  async #services(
    folder: DataFolder,
    secrets: Secrets,
    log: Log,
  ): Promise<{ DATABASE_URL: string; VALKEY_URL: string }> {
    const [databaseUrl, valkeyUrl] = await this.#together([
      this.#config.database.url ?? this.#postgres(folder, secrets),
      this.#config.valkey.url ?? this.#valkey(folder),
    ]);
    const describe = (steps: string[]) => (steps.length > 0 ? `${steps.length} steps taken` : 'up to date');
    await this.#terminal.step('Database schema', () => migrate({ url: databaseUrl, log }), describe);
    return { DATABASE_URL: databaseUrl, VALKEY_URL: valkeyUrl };
  }

  #postgres(folder: DataFolder, secrets: Secrets): Promise<string> {
    return this.#terminal.step(
      'PostgreSQL',
      async (note) => {
        const postgres = new PrivatePostgres({
          dataDir: folder.path,
          runDir: folder.runDir,
          logDir: folder.logDir,
          password: secrets.databasePassword,
          ...this.#reports('postgres'),
        });
        note(`in ${postgres.folder}`);
        await this.#service(postgres);
        return postgres.url;
      },
      () => 'running',
    );
  }

  #valkey(folder: DataFolder): Promise<string> {
    return this.#terminal.step(
      'Valkey',
      async (note) => {
        const program = () =>
          findValkey(
            childEnvironment().PATH ?? '',
            cacheFolder(this.#config.cacheDir, folder.path),
            () => note('downloading it from Debian (11 MB)'),
            this.#abort.signal,
          );
        const valkey = new PrivateValkey({
          dataDir: folder.path,
          runDir: folder.runDir,
          logDir: folder.logDir,
          program,
          ...this.#reports('valkey'),
        });
        await this.#service(valkey);
        return valkey.url;
      },
      () => 'running',
    );
  }

  async #service(service: PrivatePostgres | PrivateValkey): Promise<void> {
    const { sibling } = service;
    await this.#run(sibling);
    await this.#ready({ siblings: [sibling], ready: () => service.ready(), timeoutMs: servicesTimeoutMs });
  }

  async #dashboard(): Promise<void> {
    if (!dashboardIsStale()) return;
    await this.#terminal.step(
      'Dashboard',
      () => buildDashboard(this.#abort.signal),
      () => 'built',
    );
  }

  async #farm(folder: DataFolder): Promise<void> {
    await checkPorts(portsNeeded(this.#config, true).filter(({ setting }) => setting === 'MARSAD_DEMO_RTSP_PORT'));
    const cache = cacheFolder(this.#config.cacheDir, folder.path);
    await this.#terminal.step(
      'Simulated cameras',
      async (note) => {
        const sibling = await this.#sibling('simulator', () => launchFarm(this.#config, cache), folder);
        const ready = () => {
          const progress = farmProgress(sibling.log.lastLines(40));
          if (progress) note(progress);
          return farmAnswers(this.#config);
        };
        const advice = 'Start without them: MARSAD_DEMO=off npm start';
        await this.#ready({ siblings: [sibling], ready, timeoutMs: farmTimeoutMs, advice });
      },
      () => `${this.#config.demo.cameras} running`,
    );
  }

  async #roles(settings: Partial<Record<keyof Settings, string>>, folder: DataFolder): Promise<void> {
    await this.#terminal.step(
      'Media nodes and api',
      async (note) => {
        const siblings: Sibling[] = [];
        for (const role of [...mediaNodeRoles(this.#config.mediaNodes), apiRole])
          siblings.push(await this.#role(role, settings, folder));
        note('waiting until they are ready');
        let answer = { ready: false, body: '' };
        const ready = async () => {
          answer = await askReady(this.#config.http);
          return answer.ready;
        };
        const missing = () => (answer.body === '' ? '' : `, and answers ${answer.body}`);
        await this.#ready({ siblings, ready, missing, timeoutMs: readyTimeoutMs, pollMs: 250 });
      },
      () => 'ready',
    );
  }

  #ready(options: Omit<AwaitReadyOptions, 'signal'>): Promise<void> {
    return awaitReady({ ...options, signal: this.#abort.signal });
  }

  #role(role: Role, settings: Partial<Record<keyof Settings, string>>, folder: DataFolder): Promise<Sibling> {
    return this.#sibling(role.name, () => launchRole(role, settings), folder);
  }

  async #sibling(name: string, launch: () => ReturnType<typeof launchRole>, folder: DataFolder): Promise<Sibling> {
    const log = new LogFile(join(folder.logDir, `${name}.log`));
    const echo = new LogEcho({ name, log, print: (line) => this.#terminal.warn(line) });
    const sibling = new Sibling({
      name,
      launch,
      pidFile: join(folder.runDir, `${name}.pid`),
      log,
      stopSignal: 'SIGTERM',
      stopMs: 10_000,
      leftover: 'end',
      ...this.#reports(name),
    });
    echo.start();
    this.#echoes.push(echo);
    await this.#run(sibling);
    return sibling;
  }

  async #run(sibling: Sibling): Promise<void> {
    this.#abort.signal.throwIfAborted();
    this.#siblings.push(sibling);
    await sibling.start();
    this.#abort.signal.throwIfAborted();
  }

  #reports(name: string): { onExit: (exit: Exit) => void; onFailure: (error: unknown) => void } {
    return {
      onExit: ({ code, signal, retryMs }) => {
        const how = signal ? `was ended by ${signal}` : code === null ? 'has ended' : `ended with code ${code}`;
        this.#terminal.warn(`${name} ${how}; starting it again in ${retryMs / 1000} s`);
      },
      onFailure: (error) => this.#terminal.warn(`${name} cannot be started: ${(error as Error).message}`),
    };
  }

  /** Like Promise.all, but when one fails it waits for the others, so that nothing is started behind `close()`. */
  async #together<T extends readonly unknown[]>(work: readonly [...T]): Promise<{ [K in keyof T]: Awaited<T[K]> }> {
    try {
      return await Promise.all(work);
    } catch (error) {
      this.#abort.abort(error);
      await Promise.allSettled(work);
      throw error;
    }
  }
}
