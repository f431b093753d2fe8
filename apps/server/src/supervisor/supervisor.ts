import { join } from 'node:path';
import { pino } from 'pino';
import type { Config } from '../config.ts';
import { createLog } from '../platform/log/log.ts';
import { loadSecrets } from '../secrets.ts';
import type { Settings } from '../settings.ts';
import { buildDashboard, dashboardIsStale } from './dashboard-build.ts';
import { claimDataFolder, type DataFolder } from './data-folder.ts';
import { demonstrationWanted, farmAnswers, farmProgress, launchFarm, writeDemonstrationList } from './demonstration.ts';
import { cacheFolder } from './folders.ts';
import { checkPorts, portsNeeded } from './ports.ts';
import { askReady } from './readiness.ts';
import { apiRole, launchRole, mediaNodeRoles } from './role.ts';
import { bringServices } from './services.ts';
import { endLeftovers } from './sibling/leftovers.ts';
import { LogFile } from './sibling/log-file.ts';
import type { Sibling } from './sibling/sibling.ts';
import { Siblings } from './siblings.ts';
import type { Terminal } from './terminal.ts';
import { together } from './together.ts';
import { welcomeLines } from './welcome.ts';

export interface SupervisorOptions {
  config: Config;
  terminal: Terminal;
  /** What `config` was read from, where that is not our own environment: the roles get it too. */
  settings?: Partial<Record<keyof Settings, string>>;
}

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
  readonly #siblings: Siblings;
  #folder: DataFolder | null = null;
  #starting: Promise<void> = Promise.resolve();
  #closing: Promise<void> | null = null;

  constructor({ config, terminal, settings = {} }: SupervisorOptions) {
    this.#config = config;
    this.#terminal = terminal;
    this.#settings = settings;
    this.#siblings = new Siblings({ terminal, signal: this.#abort.signal });
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
    this.#siblings.kill();
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

    const services = bringServices({
      config: this.#config,
      folder,
      secrets,
      log,
      terminal: this.#terminal,
      siblings: this.#siblings,
      abort: this.#abort,
    });
    const [settings] = await together(this.#abort, [services, this.#dashboard()]);
    const demonstration = await demonstrationWanted(this.#config.demo.mode, settings.DATABASE_URL);
    const all = { ...this.#settings, ...settings, MARSAD_DATA: folder.path, MARSAD_DEMO_LIST: '' };
    if (demonstration)
      all.MARSAD_DEMO_LIST = await writeDemonstrationList(this.#config, folder.path, this.#abort.signal);
    // Its first pictures take a minute or two to draw: people can sign in meanwhile.
    const welcome = this.#roles(all, folder).then(() => {
      for (const line of welcomeLines(this.#config, folder, demonstration)) this.#terminal.line(line);
    });
    await together(this.#abort, [demonstration ? this.#farm(folder) : null, welcome]);
  }

  async #close(): Promise<void> {
    this.#abort.abort(new Error('stopped'));
    await this.#starting.catch(() => {});
    await this.#siblings.stop();
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

  async #dashboard(): Promise<void> {
    if (!dashboardIsStale()) return;
    await this.#terminal.step(
      'Dashboard',
      () => buildDashboard(this.#abort.signal),
      () => 'built',
    );
  }

  async #farm(folder: DataFolder): Promise<void> {
    await checkPorts(portsNeeded(this.#config, true).filter(({ setting }) => setting.startsWith('MARSAD_DEMO_')));
    const cache = cacheFolder(this.#config.cacheDir, folder.path);
    await this.#terminal.step(
      'Simulated cameras',
      async (note) => {
        const sibling = await this.#siblings.start('simulator', () => launchFarm(this.#config, cache), folder);
        const ready = () => {
          const progress = farmProgress(sibling.log.lastLines(40));
          if (progress) note(progress);
          return farmAnswers(this.#config);
        };
        const advice = 'Start without them: MARSAD_DEMO=off npm start';
        await this.#siblings.ready({ siblings: [sibling], ready, timeoutMs: farmTimeoutMs, advice });
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
          siblings.push(await this.#siblings.start(role.name, () => launchRole(role, settings), folder));
        note('waiting until they are ready');
        let answer = { ready: false, body: '' };
        const ready = async () => {
          answer = await askReady(this.#config.http);
          return answer.ready;
        };
        const missing = () => (answer.body === '' ? '' : `, and answers ${answer.body}`);
        await this.#siblings.ready({ siblings, ready, missing, timeoutMs: readyTimeoutMs, pollMs: 250 });
      },
      () => 'ready',
    );
  }
}
