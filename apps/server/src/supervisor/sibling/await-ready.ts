import { StartError } from '../start-error.ts';
import type { LogFile } from './log-file.ts';
import type { Sibling } from './sibling.ts';

export interface AwaitReadyOptions {
  sibling: Sibling;
  ready: () => Promise<boolean>;
  log: LogFile;
  timeoutMs: number;
  signal?: AbortSignal;
  /** What can be done about it, when nothing better is known. */
  advice?: string;
}

const pollMs = 50;
/** Dying this often before it was ever ready is no accident. */
const tolerableDeaths = 2;

/**
 * Waits until a sibling answers.
 * @throws StartError with the end of its log when it keeps dying or takes too long; the signal's reason when aborted
 */
export async function awaitReady(options: AwaitReadyOptions): Promise<void> {
  const { sibling, signal } = options;
  const deadline = performance.now() + options.timeoutMs;
  for (;;) {
    if (await options.ready()) return;
    signal?.throwIfAborted();
    const died = sibling.deaths > tolerableDeaths;
    if (died || performance.now() > deadline)
      throw new StartError(
        `${sibling.name} ${died ? 'keeps ending while it starts' : `was not ready after ${Math.round(options.timeoutMs / 1000)} s`}. The end of its log:\n${options.log.lastLines(8)}`,
        options.advice ?? `See ${options.log.path}.`,
      );
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
