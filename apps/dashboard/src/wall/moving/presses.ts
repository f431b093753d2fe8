import type { HeldCommand, Hold, Move } from './hold.ts';

export interface Press {
  readonly command: HeldCommand;
  /** Null: as it is chosen, or the fastest with Shift. */
  readonly speed: number | null;
}

interface PressesOptions {
  readonly hold: Hold;
  /** The speed that is chosen now. */
  readonly chosen: () => number;
  /** What is held now, for the eye. */
  readonly onChange: (held: HeldCommand | null) => void;
  readonly onPress: () => void;
}

/** Everything that is held down at once, keys, buttons and the pull on the picture: the last one counts. */
export class Presses {
  readonly #options: PressesOptions;
  readonly #down = new Map<string, Press>();
  #fast = false;

  constructor(options: PressesOptions) {
    this.#options = options;
  }

  has(source: string): boolean {
    return this.#down.has(source);
  }

  press(source: string, press: Press): void {
    this.#down.delete(source);
    this.#down.set(source, press);
    this.#options.onPress();
    this.#options.hold.press(this.#moveOf(press));
    this.#options.onChange(press.command);
  }

  /** The same press, in another direction or at another speed. */
  steer(source: string, press: Press): void {
    if (!this.#down.has(source)) return;
    this.#down.set(source, press);
    this.#follow();
  }

  release(source: string): void {
    if (!this.#down.delete(source)) return;
    if (this.#down.size === 0) this.#options.hold.release();
    this.#follow();
  }

  /** Everything is let go: nobody may be there to do it. */
  clear(): void {
    this.#fast = false;
    if (this.#down.size === 0) return;
    this.#down.clear();
    this.#options.hold.release();
    this.#options.onChange(null);
  }

  /** Whether Shift is held. */
  set fast(fast: boolean) {
    if (this.#fast === fast) return;
    this.#fast = fast;
    this.#follow();
  }

  /** Another speed was chosen. */
  speedChanged(): void {
    this.#follow();
  }

  #follow(): void {
    const last = [...this.#down.values()].at(-1);
    // Steered, not pressed: what a failure or a preset has ended is not begun again by a key that is still down.
    if (last) this.#options.hold.steer(this.#moveOf(last));
    this.#options.onChange(last?.command ?? null);
  }

  #moveOf({ command, speed }: Press): Move {
    return { command, speed: speed ?? (this.#fast ? 1 : this.#options.chosen()) };
  }
}
