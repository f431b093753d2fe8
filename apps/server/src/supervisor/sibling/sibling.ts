import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import type { LogFile } from './log-file.ts';
import { readPidFile, removePidFile, writePidFile } from './pid-file.ts';
import { endProcess, identify, isRunning, type ProcessIdentity } from './process-identity.ts';

/** How to start a process. */
export interface Launch {
  file: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** Other than ours; only root may. */
  account?: { uid: number; gid: number };
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** How long it had run, ms. */
  livedMs: number;
  /** When it is started again, ms from now. */
  retryMs: number;
}

export interface SiblingOptions {
  name: string;
  /** Asked before every start. A rejection counts as a death: it is tried again. */
  launch: () => Promise<Launch> | Launch;
  pidFile: string;
  log: LogFile;
  stopSignal: 'SIGTERM' | 'SIGINT';
  /** How long it may take to end before it is killed, ms. */
  stopMs: number;
  /** What becomes of one that an earlier supervisor left behind. */
  leftover: 'adopt' | 'end';
  /** Finds one left behind that the pid file does not name. */
  find?: () => Promise<ProcessIdentity | null> | ProcessIdentity | null;
  onExit?: (exit: Exit) => void;
  onFailure?: (error: unknown) => void;
}

const longestRetryMs = 30_000;
/** One that has lived this long is not in a crash loop. */
const settledMs = 60_000;
const watchMs = 1000;

/**
 * One process beside the supervisor, in a session and process group of its own: a Ctrl-C at the terminal does not
 * reach it, and it lives on when the supervisor is killed. It is started again when it ends, after 1, 2, 4 … 30 s.
 */
export class Sibling {
  readonly name: string;
  readonly #o: SiblingOptions;
  #process: ProcessIdentity | null = null;
  #startedAt = 0;
  #deaths = 0;
  #failures = 0;
  #timer: NodeJS.Timeout | null = null;
  #stopping = false;
  #starting: Promise<void> = Promise.resolve();

  constructor(options: SiblingOptions) {
    this.name = options.name;
    this.#o = options;
  }

  /** Deaths since `start()`. */
  get deaths(): number {
    return this.#deaths;
  }

  get log(): LogFile {
    return this.#o.log;
  }

  get pid(): number | null {
    return this.#process?.pid ?? null;
  }

  /**
   * Adopts or ends what was left behind, then starts the process.
   * @returns 'adopted' when one was running already
   * @throws what `launch` throws, at this first time
   */
  async start(): Promise<'started' | 'adopted'> {
    const left = readPidFile(this.#o.pidFile) ?? (await this.#o.find?.()) ?? null;
    if (left && this.#o.leftover === 'adopt') {
      this.#adopt(left);
      return 'adopted';
    }
    if (left) await endProcess(left, this.#o.stopSignal, this.#o.stopMs);
    await this.#launch();
    return 'started';
  }

  /** Ends the process and everything in its group; safe to call twice and in the middle of a start. */
  async stop(): Promise<'ended' | 'killed'> {
    this.#stopping = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#starting.catch(() => {});
    const running = this.#process;
    if (!running) return 'ended';
    const how = await endProcess(running, this.#o.stopSignal, this.#o.stopMs);
    this.#process = null;
    removePidFile(this.#o.pidFile);
    return how;
  }

  /** Ends it at once, without asking. */
  kill(): void {
    this.#stopping = true;
    if (this.#timer) clearTimeout(this.#timer);
    if (!this.#process) return;
    try {
      process.kill(-this.#process.pid, 'SIGKILL');
    } catch {
      // ESRCH: it has ended.
    }
  }

  #adopt(left: ProcessIdentity): void {
    this.#process = left;
    this.#startedAt = performance.now();
    writePidFile(this.#o.pidFile, left);
    const watch = setInterval(() => {
      if (this.#stopping) return clearInterval(watch);
      if (isRunning(left)) return;
      clearInterval(watch);
      this.#died(null, null);
    }, watchMs);
    watch.unref();
  }

  #launch(): Promise<void> {
    this.#starting = this.#spawn();
    return this.#starting;
  }

  async #spawn(): Promise<void> {
    const launch = await this.#o.launch();
    if (this.#stopping) return;
    const output = this.#o.log.open();
    try {
      const child = spawn(launch.file, launch.args, {
        cwd: launch.cwd,
        env: launch.env,
        detached: true,
        stdio: ['ignore', output, output],
        ...launch.account,
      });
      await new Promise<void>((resolve, reject) => {
        child.once('error', reject);
        child.once('spawn', resolve);
      });
      this.#startedAt = performance.now();
      const identity = child.pid === undefined ? null : identify(child.pid);
      if (identity) {
        this.#process = identity;
        writePidFile(this.#o.pidFile, identity);
      }
      if (child.exitCode !== null || child.signalCode !== null) this.#died(child.exitCode, child.signalCode);
      else child.once('exit', (code, signal) => this.#died(code, signal));
    } finally {
      closeSync(output);
    }
  }

  #died(code: number | null, signal: NodeJS.Signals | null): void {
    this.#process = null;
    if (this.#stopping) return;
    removePidFile(this.#o.pidFile);
    const livedMs = performance.now() - this.#startedAt;
    const retryMs = this.#retry(livedMs);
    this.#o.onExit?.({ code, signal, livedMs, retryMs });
  }

  #retry(livedMs: number): number {
    this.#deaths++;
    if (livedMs >= settledMs) this.#failures = 0;
    const retryMs = Math.min(longestRetryMs, 1000 * 2 ** this.#failures++);
    this.#timer = setTimeout(() => {
      this.#launch().catch((error: unknown) => {
        this.#o.onFailure?.(error);
        if (!this.#stopping) this.#retry(0);
      });
    }, retryMs);
    return retryMs;
  }
}
