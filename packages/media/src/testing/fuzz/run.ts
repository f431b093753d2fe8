import { mutate, seededRandom } from './mutation.ts';
import { FuzzFailure, type FuzzReport, type FuzzTarget } from './target.ts';

/** A reader lives for this many inputs, so that a failure that needs what came before it can be had again. */
const sessionInputs = 500;
/** An input that takes longer hangs, milliseconds. Generous: a loaded machine may stop a process for a while. */
const hangMs = 5000;

export interface FuzzRun {
  readonly inputs: number;
  readonly seed: number;
  /** Sessions to leave out: where an earlier run with the same seed ended. */
  readonly skip?: number;
  /** After every session. */
  readonly onProgress?: (done: number) => void;
}

/** Feeds a target. @throws FuzzFailure for the first input that breaks its contract or takes over five seconds */
export async function runFuzz(
  target: FuzzTarget,
  { inputs, seed, skip = 0, onProgress }: FuzzRun,
): Promise<FuzzReport> {
  let refused = 0;
  let slowestMs = 0;
  let done = 0;
  for (let session = skip; done < inputs; session++) {
    // A session depends on its number alone: it can be run again without those before it.
    const random = seededRandom(Math.imul(seed, 0x9e3779b1) ^ session);
    const feed = target.open(random);
    const fed: Buffer[] = [];
    for (let i = 0; i < sessionInputs && done < inputs; i++, done++) {
      const bytes = mutate(target.samples, random);
      fed.push(Buffer.from(bytes));
      const began = performance.now();
      try {
        const fedOn = feed(bytes);
        if (fedOn) await fedOn;
      } catch (error) {
        if (!target.refuses(error)) throw new FuzzFailure(target.name, seed, session, fed, error);
        refused++;
      }
      const took = performance.now() - began;
      if (took > hangMs) throw new FuzzFailure(target.name, seed, session, fed, new Error(`took ${took} ms`));
      slowestMs = Math.max(slowestMs, took);
    }
    onProgress?.(done);
  }
  return { inputs: done, refused, slowestMs };
}
