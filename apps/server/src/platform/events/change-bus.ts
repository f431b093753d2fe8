import { randomUUID } from 'node:crypto';
import type { Valkey } from '../valkey/valkey.ts';

/**
 * Tells every process that something of a kind has changed, not what: whoever cares looks. Many changes within a tenth
 * of a second are told once. One that is missed while Valkey is away is made up for by those who look now and then anyway.
 */
export class ChangeBus {
  readonly #valkey: Valkey;
  readonly #id = randomUUID();
  readonly #listeners = new Set<() => void>();
  readonly #unsubscribe: () => void;
  #timer: NodeJS.Timeout | null = null;

  /** @param kind names the channel */
  constructor(valkey: Valkey, kind: string) {
    this.#valkey = valkey;
    this.#channel = valkey.key('changes', kind);
    this.#unsubscribe = valkey.subscribe(this.#channel, (from) => {
      if (from !== this.#id) this.#emit();
    });
  }

  readonly #channel: string;

  /** Called at once for a change of this process, and soon for one of another. Must not throw. */
  listen(listener: () => void): void {
    this.#listeners.add(listener);
  }

  readonly changed = (): void => {
    this.#emit();
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#valkey.run((client) => client.publish(this.#channel, this.#id)).catch(() => {});
    }, 100);
  };

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#listeners.clear();
    this.#unsubscribe();
  }

  #emit(): void {
    for (const listener of this.#listeners) listener();
  }
}
