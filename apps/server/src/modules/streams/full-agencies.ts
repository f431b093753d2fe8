import type { Source } from '@marsad/contract';

const lifeMs = 250;

/** Milliseconds, monotonic. */
type Clock = () => number;

/** Which agencies were found full a moment ago. Forgotten after a quarter of a second, and with every change heard of. */
export class FullAgencies {
  readonly #told = new Map<Source, { facts: { source: Source; current: number; limit: number }; until: number }>();
  readonly #clock: Clock;

  constructor(clock: Clock = () => performance.now()) {
    this.#clock = clock;
  }

  remember(facts: { source: Source; current: number; limit: number }): void {
    this.#told.set(facts.source, { facts, until: this.#clock() + lifeMs });
  }

  lately(source: Source): { source: Source; current: number; limit: number } | null {
    const told = this.#told.get(source);
    return told !== undefined && told.until > this.#clock() ? told.facts : null;
  }

  forget(): void {
    this.#told.clear();
  }
}
