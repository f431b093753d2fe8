export interface LoggedCommand {
  /** Name of the ONVIF operation. */
  readonly operation: string;
  /** When it came, in milliseconds since the epoch of Unix. */
  readonly atMs: number;
}

const KEPT = 100;

/** The last hundred operations that a camera was asked for, refused ones too. */
export class CommandLog {
  readonly #commands: LoggedCommand[] = [];

  note(operation: string, atMs: number): void {
    this.#commands.push({ operation, atMs });
    if (this.#commands.length > KEPT) this.#commands.shift();
  }

  /** A copy, the oldest first. */
  list(): LoggedCommand[] {
    return [...this.#commands];
  }
}
