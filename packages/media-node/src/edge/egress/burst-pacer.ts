/** Milliseconds between portions of a burst. */
const TICK = 5;
/** Bytes per tick one viewer's connection is given for all its bursts: 64 Mbit/s. */
const BUDGET = 40_000;

/** A track that has pictures waiting. */
export interface Bursting {
  /** The viewer's connection the track belongs to: tracks of one share a budget. */
  readonly connection: object;
  /** True until its first picture is out: such tracks go first, so that every tile shows something soon. */
  readonly waiting: boolean;
  /** Sends one waiting picture and answers its bytes; 0 when none is left. */
  sendNext(now: number): number;
}

/**
 * Spreads the pictures a joining viewer has to catch up with, a portion every few milliseconds: one burst would overrun
 * the socket buffers of both ends. Ticks only while somebody waits.
 */
export class BurstPacer {
  readonly #waiting = new Map<object, Set<Bursting>>();
  #timer: NodeJS.Timeout | null = null;

  add(track: Bursting): void {
    const tracks = this.#waiting.get(track.connection);
    if (tracks) tracks.add(track);
    else this.#waiting.set(track.connection, new Set([track]));
    this.#timer ??= setTimeout(() => this.#tick(), 0);
  }

  remove(track: Bursting): void {
    const tracks = this.#waiting.get(track.connection);
    tracks?.delete(track);
    if (tracks?.size === 0) this.#waiting.delete(track.connection);
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#waiting.clear();
  }

  #tick(): void {
    this.#timer = null;
    const now = performance.now();
    for (const tracks of this.#waiting.values()) this.#portion(tracks, now);
    if (this.#waiting.size > 0) this.#timer = setTimeout(() => this.#tick(), TICK);
  }

  #portion(tracks: Set<Bursting>, now: number): void {
    let budget = BUDGET;
    for (const track of tracks) {
      if (budget > 0 && track.waiting) budget -= this.#one(track, now);
    }
    while (budget > 0 && tracks.size > 0) {
      for (const track of tracks) {
        if (budget > 0) budget -= this.#one(track, now);
      }
    }
  }

  #one(track: Bursting, now: number): number {
    const bytes = track.sendNext(now);
    if (bytes === 0) this.remove(track);
    return bytes;
  }
}
