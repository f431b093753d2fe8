export interface RecentOptions<Value> {
  /** Reads those there are, in any order. */
  readonly load: (ids: readonly string[]) => Promise<readonly Value[]>;
  /** Milliseconds for which one is not read again. */
  readonly lifeMs: number;
  /** Remembered at most; then all are forgotten. */
  readonly most: number;
}

/**
 * What is read many times a second and changes rarely, by its id. What is not there is asked for every time. While it cannot
 * be read, what was known stays.
 */
export class Recent<Value extends { readonly id: string }> {
  readonly #o: RecentOptions<Value>;
  readonly #known = new Map<string, { value: Value; until: number }>();

  constructor(options: RecentOptions<Value>) {
    this.#o = options;
  }

  /** @throws what reading throws, when one of them was never known */
  async of(ids: readonly string[]): Promise<Map<string, Value>> {
    const found = new Map<string, Value>();
    const missing: string[] = [];
    for (const id of new Set(ids)) {
      const value = this.remembered(id);
      if (value === undefined) missing.push(id);
      else found.set(id, value);
    }
    if (missing.length === 0) return found;
    const until = performance.now() + this.#o.lifeMs;
    for (const value of await this.#o.load(missing).catch((error) => this.#old(missing, error))) {
      if (this.#known.size >= this.#o.most) this.#known.clear();
      this.#known.set(value.id, { value, until });
      found.set(value.id, value);
    }
    return found;
  }

  /** What is known without asking anybody, or undefined. */
  remembered(id: string): Value | undefined {
    const known = this.#known.get(id);
    return known !== undefined && known.until > performance.now() ? known.value : undefined;
  }

  /** They may be wrong from now on. */
  forget(): void {
    for (const [id, { value }] of this.#known) this.#known.set(id, { value, until: 0 });
  }

  #old(ids: readonly string[], error: unknown): Value[] {
    return ids.map((id) => {
      const known = this.#known.get(id);
      if (known === undefined) throw error;
      return known.value;
    });
  }
}
