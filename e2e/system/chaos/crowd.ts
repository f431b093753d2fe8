import { setTimeout as wait } from 'node:timers/promises';
import { ApiError } from '@marsad/contract';
import type { Dice } from './dice.ts';
import type { Visit, VisitOptions } from './visit.ts';

export type Open = (options: VisitOptions) => Promise<Visit>;

export interface VisitorOptions extends Omit<VisitOptions, 'camera' | 'wall'> {
  readonly name: string;
  readonly open: Open;
  readonly cameras: readonly string[];
  readonly dice: Dice;
}

/** What became of the visits of a crowd. */
export interface Tally {
  opened: number;
  refused: number;
  /** Answers that nobody should ever get. */
  readonly surprises: string[];
}

/** Answers to be expected while parts are being killed and an agency is full. */
function isExpected(error: unknown): boolean {
  if (error instanceof ApiError) {
    return error.code === 'NETWORK' || [404, 409, 429, 503].includes(error.status);
  }
  const text = String(error);
  return /WHEP at \S+ answered (404|409|429|503)|fetch failed|engine: |signal|connection|timed? ?out/i.test(text);
}

/** One who comes and goes until told to stop, as people do: some say goodbye, some just leave. */
export class Visitor {
  readonly #o: VisitorOptions;
  readonly #tally: Tally;
  #stopped = false;
  #visits = 0;

  constructor(options: VisitorOptions, tally: Tally) {
    this.#o = options;
    this.#tally = tally;
  }

  stop(): void {
    this.#stopped = true;
  }

  async comeAndGo(): Promise<void> {
    const { dice } = this.#o;
    while (!this.#stopped) {
      const visit = await this.#open();
      if (visit === null) {
        await wait(dice.between(200, 600));
        continue;
      }
      await wait(dice.between(300, 5_000));
      await this.#leave(visit, dice.happens(0.6) ? 'properly' : 'silently');
    }
  }

  /** Comes once more, and stays. @throws Error when there is no way in within `withinMs` */
  async settle(withinMs: number): Promise<Visit> {
    const deadline = performance.now() + withinMs;
    while (performance.now() < deadline) {
      const visit = await this.#open();
      for (let i = 0; visit !== null && i < 50; i += 1) {
        if (visit.holds()) return visit;
        await wait(100);
      }
      if (visit) await this.#leave(visit, 'properly');
      await wait(500);
    }
    throw new Error(`no way in within ${withinMs} ms`);
  }

  async #open(): Promise<Visit | null> {
    const { open, cameras, dice, name, ...rest } = this.#o;
    this.#visits += 1;
    try {
      const visit = await open({ ...rest, camera: dice.pick(cameras), wall: `${name}-${this.#visits}` });
      this.#tally.opened += 1;
      return visit;
    } catch (error) {
      this.#note(error);
      return null;
    }
  }

  async #leave(visit: Visit, how: 'properly' | 'silently'): Promise<void> {
    await visit.leave(how).catch((error) => this.#note(error));
  }

  #note(error: unknown): void {
    if (isExpected(error)) this.#tally.refused += 1;
    else this.#tally.surprises.push(error instanceof ApiError ? `${error.status} ${error.code}` : String(error));
  }
}
