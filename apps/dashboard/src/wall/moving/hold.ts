import { ApiError, type PtzCommand } from '@marsad/contract';

/** What goes on for as long as it is held. */
export type HeldCommand = Exclude<PtzCommand, 'preset' | 'home' | 'stop'>;

export interface Move {
  readonly command: HeldCommand;
  /** Share of the fastest the camera can, 0 to 1. */
  readonly speed: number;
}

/** One command, as the API takes it. */
export interface Order {
  readonly command: PtzCommand;
  readonly speed?: number;
  readonly preset_id?: number;
  readonly duration_ms?: number;
}

export interface Clock {
  /** Milliseconds that only grow. */
  now: () => number;
  /** Answers what takes it back. */
  after: (ms: number, run: () => void) => () => void;
}

export const pageClock: Clock = {
  now: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

interface HoldOptions {
  readonly send: (order: Order) => Promise<unknown>;
  readonly clock: Clock;
  /** The camera did not take a command. Not called after `close`. */
  readonly onFailure: (error: unknown) => void;
}

/** A camera moves so long at most when nothing comes after; and so often it is told again while the move is held. */
const moveMs = 800;
const repeatMs = 400;

/**
 * Moves a camera while something is held. There is never more than one request on its way, so that none overtakes another;
 * what is wanted by the time it is answered goes next, and what was wanted in between is left out.
 *
 * After a failure nothing is repeated until the next press: whoever holds a key must not hammer at a camera that refuses.
 */
export class Hold {
  readonly #options: HoldOptions;
  #wanted: Move | null = null;
  /** Pressed since the last request went: what that one is answered is not about this press. */
  #pressed = false;
  #single: Order | null = null;
  #sent: Move | null = null;
  #sentAt = 0;
  #running = false;
  /** The camera may be moving because of us. */
  #unstopped = false;
  #cancel: (() => void) | null = null;
  #closed = false;

  constructor(options: HoldOptions) {
    this.#options = options;
  }

  /** Begins to move at once, or turns to another direction. */
  press(move: Move): void {
    if (this.#closed) return;
    this.#wanted = move;
    this.#pressed = true;
    this.#single = null;
    this.#sent = null;
    this.#go();
  }

  /** Another direction or speed of what is held; nothing when it no longer moves. */
  steer(move: Move): void {
    if (this.#wanted === null || isSame(move, this.#wanted)) return;
    this.#wanted = move;
    this.#go();
  }

  /** Stops the camera if it was moved. */
  release(): void {
    this.#wanted = null;
    this.#go();
  }

  /** A command that ends by itself, in the place of what is held. */
  once(order: Order): void {
    if (this.#closed) return;
    this.#wanted = null;
    this.#single = order;
    this.#go();
  }

  /** Releases, and takes no more. */
  close(): void {
    this.#closed = true;
    this.#single = null;
    this.release();
  }

  #go(): void {
    if (this.#running) return;
    this.#cancel?.();
    this.#cancel = null;
    const order = this.#next();
    if (order) void this.#send(order);
  }

  #next(): Order | null {
    if (this.#single) {
      const order = this.#single;
      this.#single = null;
      this.#sent = null;
      // It takes the place of the move, and a stop would end it.
      this.#unstopped = false;
      return order;
    }
    if (this.#wanted) {
      const now = this.#options.clock.now();
      const due = this.#sentAt + repeatMs;
      if (this.#sent && isSame(this.#sent, this.#wanted) && now < due) {
        this.#cancel = this.#options.clock.after(due - now, () => this.#go());
        return null;
      }
      this.#sent = this.#wanted;
      this.#sentAt = now;
      this.#pressed = false;
      this.#unstopped = true;
      return { ...this.#wanted, duration_ms: moveMs };
    }
    if (!this.#unstopped) return null;
    this.#unstopped = false;
    this.#sent = null;
    return { command: 'stop' };
  }

  async #send(order: Order): Promise<void> {
    this.#running = true;
    try {
      await this.#options.send(order);
    } catch (error) {
      if (!this.#pressed) this.#wanted = null;
      // It was not done, and a stop would be refused as well. Anything else may have reached the camera.
      if (isRefusal(error)) this.#unstopped = false;
      if (!this.#closed) this.#options.onFailure(error);
    }
    this.#running = false;
    this.#go();
  }
}

function isSame(one: Move, other: Move): boolean {
  return one.command === other.command && one.speed === other.speed;
}

/** Whether the camera surely was not told. One that did not answer in time may have been. */
function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && error.status >= 400 && error.status < 500 && error.code !== 'CAMERA_OFFLINE';
}
