import { StartError } from './start-error.ts';

export interface TerminalOutput {
  write(text: string): unknown;
  isTTY?: boolean;
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 100;

/**
 * What the person who typed `marsad start` sees: one line for each step, in place while it runs when it is a terminal,
 * plain lines when it is a file or a pipe.
 */
export class Terminal {
  readonly #output: TerminalOutput;
  readonly #running = new Map<string, { since: number; note: string }>();
  #timer: NodeJS.Timeout | null = null;
  #drawn = 0;
  #frame = 0;

  constructor(output: TerminalOutput = process.stdout) {
    this.#output = output;
  }

  line(text = ''): void {
    this.#erase();
    this.#output.write(`${text}\n`);
    this.#draw();
  }

  warn(text: string): void {
    this.line(`  ! ${text}`);
  }

  /**
   * Runs one step of the start, shown with the time it took. Several may run at once.
   * @param work gets a function that shows what it is at; what it returns stands on the line when it is done
   */
  async step<T>(
    title: string,
    work: (note: (text: string) => void) => Promise<T>,
    done?: (result: T) => string,
  ): Promise<T> {
    const state = { since: performance.now(), note: '' };
    this.#running.set(title, state);
    if (this.#output.isTTY) this.#animate();
    else this.line(`  … ${title}`);
    const took = () => `${((performance.now() - state.since) / 1000).toFixed(1)} s`;
    try {
      const result = await work((text) => {
        if (text === state.note) return;
        state.note = text;
        if (!this.#output.isTTY) this.line(`  … ${title}: ${text}`);
      });
      this.#finish(title, `  ✓ ${title}: ${done?.(result) ?? 'done'} (${took()})`);
      return result;
    } catch (error) {
      this.#finish(title, `  ✗ ${title} (${took()})`);
      throw error;
    }
  }

  /** The last words of a start that failed. */
  failure(error: unknown): void {
    this.line();
    if (error instanceof StartError) {
      for (const line of error.message.split('\n')) this.line(`  ${line}`);
      this.line(`  What to do: ${error.advice}`);
    } else this.line(`  ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    this.line();
  }

  close(): void {
    this.#running.clear();
    this.#erase();
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }

  #finish(title: string, line: string): void {
    if (!this.#running.delete(title)) return;
    this.line(line);
    if (this.#running.size === 0 && this.#timer) {
      clearInterval(this.#timer);
      this.#timer = null;
    }
  }

  #animate(): void {
    this.#timer ??= setInterval(() => {
      this.#frame++;
      this.#erase();
      this.#draw();
    }, frameMs);
    this.#erase();
    this.#draw();
  }

  #erase(): void {
    if (this.#drawn > 0) this.#output.write(`\x1b[${this.#drawn}A\x1b[J`);
    this.#drawn = 0;
  }

  #draw(): void {
    if (!this.#output.isTTY) return;
    for (const [title, { note, since }] of this.#running) {
      const seconds = Math.floor((performance.now() - since) / 1000);
      const text = `  ${frames[this.#frame % frames.length]} ${title}${note === '' ? '' : `: ${note}`}${seconds > 0 ? ` (${seconds} s)` : ''}`;
      this.#output.write(`${text.slice(0, 100)}\n`);
      this.#drawn++;
    }
  }
}
