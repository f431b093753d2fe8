import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { endOwned, startOwned } from '../fixtures/owned-process.ts';
import { repository } from '../fixtures/repository.ts';
import type { ReadersCount, ReadersRequest } from './readers-process.ts';

/** The bench's end of a process of RTSP readers. */
export class Readers {
  readonly #child: ChildProcess = startOwned(process.execPath, [repository('bench/src/readers/readers-process.ts')], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async ask(request: ReadersRequest): Promise<ReadersCount> {
    this.#child.send(request);
    const [answer] = (await once(this.#child, 'message')) as [{ ok: ReadersCount } | { error: string }];
    if ('error' in answer) throw new Error(answer.error);
    return answer.ok;
  }

  async close(): Promise<void> {
    await endOwned(this.#child);
  }
}
