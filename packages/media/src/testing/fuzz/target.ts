/** Something that reads what strangers send, as a fuzzer drives it. */
export interface FuzzTarget {
  readonly name: string;
  /** Well-formed inputs, mutations of which are fed. */
  readonly samples: readonly Buffer[];
  /**
   * A fresh reader. It throws, or rejects with, what `refuses` knows for an input it does not accept, and nothing else, ever.
   * One that answers a promise is fed on when that is fulfilled.
   */
  open(random: () => number): (bytes: Buffer) => void | Promise<void>;
  refuses(error: unknown): boolean;
}

export interface FuzzReport {
  readonly inputs: number;
  readonly refused: number;
  /** Longest time one input took, milliseconds of the wall clock. */
  readonly slowestMs: number;
}

/** An input that broke the contract: enough to have it again. */
export class FuzzFailure extends Error {
  readonly target: string;
  /** The inputs of the session that failed, the last of which did it. */
  readonly inputs: readonly Buffer[];

  constructor(target: string, seed: number, session: number, inputs: readonly Buffer[], cause: unknown) {
    const last = inputs.at(-1)?.toString('hex').slice(0, 400) ?? '';
    super(`${target}: seed ${seed}, session ${session}, input ${inputs.length}: ${last}`, { cause });
    this.name = 'FuzzFailure';
    this.target = target;
    this.inputs = inputs;
  }
}
