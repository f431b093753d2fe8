import { RpcError } from './rpc-error.ts';

interface Pending {
  readonly about: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: RpcError) => void;
  readonly timer: NodeJS.Timeout;
}

/** What was asked over one connection and has not been answered: each is, in time, or when the connection is lost. */
export class PendingAnswers {
  readonly #pending = new Map<number, Pending>();
  #next = 1;

  get size(): number {
    return this.#pending.size;
  }

  /** @param about what is asked, for the errors `TIMEOUT` and `CONNECTION_LOST` */
  add(about: string, timeoutMs: number): { readonly id: number; readonly answer: Promise<unknown> } {
    const id = this.#next++;
    const answer = new Promise<unknown>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new RpcError('TIMEOUT', `${about} was not answered within ${timeoutMs} ms`));
      }, timeoutMs);
      this.#pending.set(id, { about, resolve, reject, timer });
    });
    return { id, answer };
  }

  /** An answer that comes too late, or to nothing, is not an error. */
  resolve(id: number, result: unknown): void {
    this.#take(id)?.resolve(result);
  }

  reject(id: number, error: RpcError): void {
    this.#take(id)?.reject(error);
  }

  /** The connection is gone, and with it everybody who could answer. */
  lost(): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { about, timer, reject } of pending) {
      clearTimeout(timer);
      reject(new RpcError('CONNECTION_LOST', `connection lost during ${about}`));
    }
  }

  #take(id: number): Pending | undefined {
    const found = this.#pending.get(id);
    if (!found) return undefined;
    this.#pending.delete(id);
    clearTimeout(found.timer);
    return found;
  }
}
