import type { Log } from '../platform/log/log.ts';

/** What was opened, to be closed in reverse order. */
export class Opened {
  readonly #log: Log;
  readonly #parts: (() => unknown)[] = [];
  #closing: Promise<void> | null = null;

  constructor(log: Log) {
    this.#log = log;
  }

  /** @param close what ends a part that is open now */
  push(close: () => unknown): void {
    this.#parts.push(close);
  }

  /** Never rejects: a part that does not close well keeps no other open. Safe to call twice. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    for (let part = this.#parts.pop(); part; part = this.#parts.pop()) {
      try {
        await part();
      } catch (error) {
        this.#log.error({ err: error }, 'a part of the api did not close well');
      }
    }
  }
}
