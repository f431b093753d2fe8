import { join } from 'node:path';
import type { DataFolder } from './data-folder.ts';
import { type AwaitReadyOptions, awaitReady } from './sibling/await-ready.ts';
import { LogEcho } from './sibling/log-echo.ts';
import { LogFile } from './sibling/log-file.ts';
import { type Exit, Sibling, type SiblingOptions } from './sibling/sibling.ts';
import type { Terminal } from './terminal.ts';

export interface SiblingsOptions {
  readonly terminal: Terminal;
  /** Nothing is started or waited for once it is aborted. */
  readonly signal: AbortSignal;
}

/** All processes beside the supervisor, in the order of their start. What becomes of them stands on the terminal. */
export class Siblings {
  readonly #o: SiblingsOptions;
  readonly #all: Sibling[] = [];
  readonly #echoes: LogEcho[] = [];

  constructor(options: SiblingsOptions) {
    this.#o = options;
  }

  /** Starts a process of ours that logs in lines of JSON; its warnings are shown. */
  async start(name: string, launch: SiblingOptions['launch'], folder: DataFolder): Promise<Sibling> {
    const log = new LogFile(join(folder.logDir, `${name}.log`));
    const echo = new LogEcho({ name, log, print: (line) => this.#o.terminal.warn(line) });
    const sibling = new Sibling({
      name,
      launch,
      pidFile: join(folder.runDir, `${name}.pid`),
      log,
      stopSignal: 'SIGTERM',
      stopMs: 10_000,
      leftover: 'end',
      ...this.reports(name),
    });
    echo.start();
    this.#echoes.push(echo);
    await this.run(sibling);
    return sibling;
  }

  /** Starts a sibling that was made with our {@link reports}. */
  async run(sibling: Sibling): Promise<void> {
    this.#o.signal.throwIfAborted();
    this.#all.push(sibling);
    await sibling.start();
    this.#o.signal.throwIfAborted();
  }

  /** @throws StartError as {@link awaitReady} does */
  ready(options: Omit<AwaitReadyOptions, 'signal'>): Promise<void> {
    return awaitReady({ ...options, signal: this.#o.signal });
  }

  reports(name: string): { onExit: (exit: Exit) => void; onFailure: (error: unknown) => void } {
    const { terminal } = this.#o;
    return {
      onExit: ({ code, signal, retryMs }) => {
        const how = signal ? `was ended by ${signal}` : code === null ? 'has ended' : `ended with code ${code}`;
        terminal.warn(`${name} ${how}; starting it again in ${retryMs / 1000} s`);
      },
      onFailure: (error) => terminal.warn(`${name} cannot be started: ${(error as Error).message}`),
    };
  }

  /** Ends them in reverse order. */
  async stop(): Promise<void> {
    for (const echo of this.#echoes) echo.close();
    // They stay in the list: `kill()` must reach the one that is being waited for.
    for (const sibling of this.#all.toReversed()) {
      const how = await sibling.stop();
      if (how === 'killed') this.#o.terminal.warn(`${sibling.name} did not end in time and was killed`);
    }
  }

  kill(): void {
    for (const sibling of this.#all) sibling.kill();
  }
}
