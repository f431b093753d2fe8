import type { Feed } from './feed.ts';

const atOnce = 12;

/** Feeds that ask for their reservation, a dozen at a time, each once. */
export class ReserveQueue {
  readonly #reserve: (feed: Feed) => Promise<unknown>;
  readonly #waiting: Feed[] = [];
  #asking = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pausedUntil = 0;
  #settled: (() => void)[] = [];

  /** @param reserve must not reject */
  constructor(reserve: (feed: Feed) => Promise<unknown>) {
    this.#reserve = reserve;
  }

  add(feed: Feed): void {
    feed.asking();
    if (!this.#waiting.includes(feed)) this.#waiting.push(feed);
    this.#pump();
  }

  /** The server wants fewer requests: nobody asks for that long. */
  pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, performance.now() + ms);
  }

  /** Resolves when nobody asks any more, or after `ms`. */
  settled(ms: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#asking === 0 && this.#waiting.length === 0) return resolve();
      const timer = setTimeout(resolve, ms);
      this.#settled.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #pump(): void {
    const pause = this.#pausedUntil - performance.now();
    if (pause > 0) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#pump(), pause);
      return;
    }
    while (this.#asking < atOnce) {
      const feed = this.#waiting.shift();
      if (!feed) return;
      if (feed.closed) continue;
      this.#asking += 1;
      void this.#reserve(feed).finally(() => {
        this.#asking -= 1;
        this.#pump();
        if (this.#asking > 0 || this.#waiting.length > 0) return;
        for (const settle of this.#settled.splice(0)) settle();
      });
    }
  }
}
