import { createHmac, randomBytes } from 'node:crypto';

const lifeMs = 60_000;
const most = 10_000;

/**
 * Remembers for a minute that a password was right, so that a player which opens 64 streams, or comes back after every
 * break, does not cost 64 derivations, nor look like somebody who is guessing. What is kept cannot be read back.
 */
export class ProvenPasswords {
  readonly #key = randomBytes(32);
  readonly #proven = new Map<string, number>();
  readonly #asking = new Map<string, Promise<boolean>>();

  /** @param hash the stored one: with another, everything proven before is forgotten */
  async proves(hash: string, password: string, address: string, ask: () => Promise<boolean>): Promise<boolean> {
    const name = createHmac('sha256', this.#key).update(`${hash}\n${address}\n${password}`).digest('base64');
    if ((this.#proven.get(name) ?? 0) > performance.now()) return true;
    const shared = this.#asking.get(name);
    if (shared) return shared;
    const asking = ask().finally(() => this.#asking.delete(name));
    this.#asking.set(name, asking);
    const right = await asking;
    if (right) {
      if (this.#proven.size >= most) this.#proven.clear();
      this.#proven.set(name, performance.now() + lifeMs);
    }
    return right;
  }
}
