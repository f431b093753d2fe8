import { StartError } from '../start-error.ts';
import type { Sibling } from './sibling.ts';

export interface AwaitReadyOptions {
  /** Those without which it cannot become ready; the one that is waited for comes last. */
  siblings: readonly Sibling[];
  ready: () => Promise<boolean>;
  timeoutMs: number;
  pollMs?: number;
  signal?: AbortSignal;
  /** What it lacks, for the message when it takes too long. */
  missing?: () => string;
  /** What can be done about it, when nothing better is known. */
  advice?: string;
}

/** Dying this often before it was ever ready is no accident. */
const tolerableDeaths = 2;

/**
 * Waits until a sibling answers.
 * @throws StartError with the end of a log when a sibling keeps dying or it takes too long; the signal's reason when
 * aborted
 */
export async function awaitReady(options: AwaitReadyOptions): Promise<void> {
  const { siblings, signal, timeoutMs, pollMs = 50 } = options;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    if (await options.ready()) return;
    signal?.throwIfAborted();
    const dying = siblings.find(({ deaths }) => deaths > tolerableDeaths);
    if (dying) throw failure(dying, 'keeps ending while it starts', options.advice);
    const last = siblings.at(-1);
    if (last && performance.now() > deadline) {
      const missing = options.missing?.() ?? '';
      throw failure(last, `was not ready after ${Math.round(timeoutMs / 1000)} s${missing}`, options.advice);
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

function failure({ name, log }: Sibling, what: string, advice = `See ${log.path}.`): StartError {
  return new StartError(`${name} ${what}. The end of its log:\n${log.lastLines(12)}`, advice);
}
