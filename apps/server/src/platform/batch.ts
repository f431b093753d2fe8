export interface BatchOptions<Question, Answer> {
  /** Questions in one call at most: a script keeps everybody else waiting. */
  readonly most: number;
  /** Answers as many as it is asked, in the same order. */
  readonly ask: (questions: readonly Question[]) => Promise<readonly Answer[]>;
}

interface Waiting<Question, Answer> {
  readonly question: Question;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Asks together what is asked within one turn of the event loop. Under load that is most of what a call costs, on both
 * sides; alone, a question waits for nothing but the end of the turn.
 */
export class Batch<Question, Answer> {
  readonly #o: BatchOptions<Question, Answer>;
  #waiting: Waiting<Question, Answer>[] = [];

  constructor(options: BatchOptions<Question, Answer>) {
    this.#o = options;
  }

  /** @throws whatever the call it was part of was answered with */
  ask(question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.push({ question, resolve, reject }) === 1) setImmediate(this.#flush);
    });
  }

  readonly #flush = (): void => {
    const all = this.#waiting;
    this.#waiting = [];
    for (let from = 0; from < all.length; from += this.#o.most) void this.#call(all.slice(from, from + this.#o.most));
  };

  async #call(part: readonly Waiting<Question, Answer>[]): Promise<void> {
    try {
      const answers = await this.#o.ask(part.map(({ question }) => question));
      if (answers.length !== part.length) throw new Error(`${part.length} questions got ${answers.length} answers`);
      for (const [i, { resolve }] of part.entries()) resolve(answers[i] as Answer);
    } catch (error) {
      for (const { reject } of part) reject(error);
    }
  }
}
