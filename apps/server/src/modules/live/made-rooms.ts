/** Rooms remembered; of more, the oldest are forgotten. */
const most = 10_000;

/** On which edge this process has made which rooms. A guess: the edge may have ended one, or been started again, since. */
export class MadeRooms {
  readonly #edges = new Map<string, string>();

  remember(room: string, edge: string): void {
    this.#edges.delete(room);
    this.#edges.set(room, edge);
    const [oldest] = this.#edges.keys();
    if (this.#edges.size > most && oldest !== undefined) this.#edges.delete(oldest);
  }

  forget(room: string): void {
    this.#edges.delete(room);
  }

  isOn(room: string, edge: string): boolean {
    return this.#edges.get(room) === edge;
  }
}
