import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { NetworkNamespace } from '../fixtures/network-namespace.ts';
import { endOwned, startOwned } from '../fixtures/owned-process.ts';
import { repository } from '../fixtures/repository.ts';
import type { ViewersCount, ViewersRequest } from './viewers-process.ts';

/** The bench's end of a process of viewers. */
export class Viewers {
  #child: ChildProcess;

  constructor(namespace: NetworkNamespace | null) {
    const script = repository('bench/src/viewers/viewers-process.ts');
    const [command, args] = namespace?.inside(process.execPath, [script]) ?? [process.execPath, [script]];
    this.#child = startOwned(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  }

  async ask(request: ViewersRequest): Promise<ViewersCount> {
    this.#child.send(request);
    const [answer] = (await once(this.#child, 'message')) as [{ ok: ViewersCount } | { error: string }];
    if ('error' in answer) throw new Error(answer.error);
    return answer.ok;
  }

  /** Waits until all of `count` are connected; throws after ten seconds, so that a figure never stands on fewer. */
  async allConnected(count: number): Promise<void> {
    for (let attempt = 0; attempt < 100; attempt++) {
      if ((await this.ask({ kind: 'count' })).connected === count) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`only ${(await this.ask({ kind: 'count' })).connected} of ${count} viewers connected`);
  }

  async close(): Promise<void> {
    await endOwned(this.#child);
  }
}
