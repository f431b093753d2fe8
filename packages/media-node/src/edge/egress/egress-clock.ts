/** Something done once a second for a viewer. Must not throw. */
export interface EverySecond {
  second(): void;
}

/** One timer for what all viewers need once a second (sender reports, quality). */
export class EgressClock {
  readonly #members = new Set<EverySecond>();
  #timer: NodeJS.Timeout | null = null;

  add(member: EverySecond): void {
    this.#members.add(member);
    this.#timer ??= setInterval(() => {
      for (const each of this.#members) each.second();
    }, 1000);
  }

  remove(member: EverySecond): void {
    this.#members.delete(member);
    if (this.#members.size === 0) this.close();
  }

  close(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }
}
