import { closeSync, openSync, readSync } from 'node:fs';
import type { LogFile } from './log-file.ts';

export interface LogEchoOptions {
  name: string;
  log: LogFile;
  print: (line: string) => void;
  now?: () => number;
}

const pollMs = 1000;
const mostBytes = 256 * 1024;
const windowMs = 10_000;
const mostLines = 5;
const warn = 40;

/**
 * Repeats a sibling's warnings and errors on the terminal, at most five in ten seconds, and keeps its log file within
 * bounds. The file is read because the sibling writes to it directly.
 */
export class LogEcho {
  readonly #o: LogEchoOptions;
  readonly #now: () => number;
  #offset: number;
  #rest = '';
  #timer: NodeJS.Timeout | null = null;
  #windowStart = Number.NEGATIVE_INFINITY;
  #shown = 0;
  #hidden = 0;

  constructor(options: LogEchoOptions) {
    this.#o = options;
    this.#now = options.now ?? (() => performance.now());
    this.#offset = options.log.size();
  }

  start(): void {
    this.#timer ??= setInterval(() => this.poll(), pollMs);
    this.#timer.unref();
  }

  close(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Looks at what has been written since the last time. */
  poll(): void {
    try {
      const size = this.#o.log.size();
      if (size < this.#offset) this.#offset = 0;
      this.#read(size);
      if (this.#o.log.rotate()) this.#offset = 0;
    } catch {
      // A disk that is full or gone: the sibling itself will say so.
    }
  }

  #read(size: number): void {
    if (size - this.#offset > mostBytes) {
      this.#offset = size - mostBytes;
      this.#rest = '';
    }
    const bytes = Buffer.alloc(size - this.#offset);
    if (bytes.length === 0) return;
    const descriptor = openSync(this.#o.log.path, 'r');
    try {
      this.#offset += readSync(descriptor, bytes, 0, bytes.length, this.#offset);
    } finally {
      closeSync(descriptor);
    }
    const lines = (this.#rest + bytes.toString()).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#show(line);
  }

  #show(line: string): void {
    const text = warningOf(line);
    if (text === null) return;
    if (this.#now() - this.#windowStart > windowMs) {
      if (this.#hidden > 0) this.#o.print(`${this.#o.name}: ${this.#hidden} more in ${this.#o.log.path}`);
      this.#windowStart = this.#now();
      this.#shown = 0;
      this.#hidden = 0;
    }
    if (this.#shown++ < mostLines) this.#o.print(`${this.#o.name}: ${text}`);
    else this.#hidden++;
  }
}

/** The sentence of a JSON log line that is a warning or worse; `null` for every other line. */
function warningOf(line: string): string | null {
  if (!line.startsWith('{')) return null;
  try {
    const entry = JSON.parse(line) as { level?: number; msg?: string; err?: { message?: string } };
    if (typeof entry.level !== 'number' || entry.level < warn) return null;
    const cause = entry.err?.message;
    return [entry.msg, cause].filter((part) => part !== undefined && part !== '').join(': ');
  } catch {
    return null;
  }
}
