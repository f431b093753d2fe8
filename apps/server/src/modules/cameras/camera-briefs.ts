import type { CameraBrief } from './cameras.repository.ts';

const lifeMs = 5_000;
const most = 20_000;

/**
 * Names and agencies of cameras for those who need them many times a second. What another process changes is seen after
 * five seconds at most, mostly after two; a camera that is not found is asked for every time. While the database is away
 * those that were known stay so.
 */
export class CameraBriefs {
  readonly #load: (ids: readonly string[]) => Promise<CameraBrief[]>;
  readonly #known = new Map<string, { brief: CameraBrief; until: number }>();

  constructor(load: (ids: readonly string[]) => Promise<CameraBrief[]>) {
    this.#load = load;
  }

  async of(ids: readonly string[]): Promise<Map<string, CameraBrief>> {
    const found = new Map<string, CameraBrief>();
    const missing: string[] = [];
    for (const id of new Set(ids)) {
      const brief = this.remembered(id);
      if (brief === undefined) missing.push(id);
      else found.set(id, brief);
    }
    if (missing.length === 0) return found;
    const until = performance.now() + lifeMs;
    for (const brief of await this.#load(missing).catch((error) => this.#old(missing, error))) {
      if (this.#known.size >= most) this.#known.clear();
      this.#known.set(brief.id, { brief, until });
      found.set(brief.id, brief);
    }
    return found;
  }

  remembered(id: string): CameraBrief | undefined {
    const known = this.#known.get(id);
    return known !== undefined && known.until > performance.now() ? known.brief : undefined;
  }

  /** They may be wrong from now on. While they cannot be read again, what was known is better than nothing. */
  forget(): void {
    for (const [id, { brief }] of this.#known) this.#known.set(id, { brief, until: 0 });
  }

  /** @throws error when one of them was never known */
  #old(ids: readonly string[], error: unknown): CameraBrief[] {
    return ids.map((id) => {
      const known = this.#known.get(id);
      if (known === undefined) throw error;
      return known.brief;
    });
  }
}
