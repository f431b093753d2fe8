import { type NodeQuestion, nodeQuestions } from '@marsad/contract';
import type { Logger } from 'pino';
import type { Answered, Asked } from './method-types.ts';
import { RpcError } from './rpc-error.ts';

/** What the client answers when the node asks. One that rejects is answered without a reason: the node asks another. */
export type RpcAnswers = {
  readonly [Q in NodeQuestion]?: (asked: Asked<Q>) => Promise<Answered<Q>>;
};

const mostAtOnce = 1024;

/** Questions a node asks its client, answered one by one and not too many at once. */
export class QuestionAnswers {
  readonly #answers: RpcAnswers;
  readonly #log: Logger;
  #open = 0;

  constructor(answers: RpcAnswers, log: Logger) {
    this.#answers = answers;
    this.#log = log;
  }

  /** Names of the questions that somebody here answers. */
  get names(): string[] {
    return Object.keys(this.#answers);
  }

  /** What to send back. Never rejects. */
  async reply(id: number, question: string, params: unknown): Promise<Record<string, unknown>> {
    if (this.#open >= mostAtOnce) return { type: 'unanswered', id, message: 'too many questions at once' };
    this.#open++;
    try {
      return { type: 'answer', id, result: await this.#answer(question, params) };
    } catch (error) {
      if (!(error instanceof RpcError)) this.#log.warn({ err: error, question }, 'RPC question not answered');
      return { type: 'unanswered', id, message: error instanceof RpcError ? error.message.slice(0, 500) : 'failed' };
    } finally {
      this.#open--;
    }
  }

  async #answer(question: string, params: unknown): Promise<unknown> {
    if (!isQuestion(question)) throw new RpcError('UNKNOWN_METHOD', 'no such question');
    const answer = this.#answers[question];
    if (!answer) throw new RpcError('UNKNOWN_METHOD', `nobody here answers ${question}`);
    const asked = nodeQuestions[question].params.safeParse(params);
    if (!asked.success) throw new RpcError('INVALID_PARAMS', `${question} is not as agreed`);
    return await answer(asked.data);
  }
}

function isQuestion(name: string): name is NodeQuestion {
  return Object.hasOwn(nodeQuestions, name);
}
