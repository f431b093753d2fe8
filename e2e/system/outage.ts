import { ApiError } from '@marsad/contract';

/** What was asked while a part was away, and everything it was answered. */
export interface Outage {
  /** From the blow until every question was answered well again, milliseconds. */
  readonly ms: number;
  /** By question. */
  readonly errors: ReadonlyMap<string, readonly ApiError[]>;
}

/**
 * Asks all questions over and over until each of them, after having gone wrong at least once if it is one of
 * `needing`, is answered well in the same round. What is no `ApiError` is thrown: nothing else may come out of a client.
 */
export async function outage(
  blow: () => void,
  questions: Readonly<Record<string, () => Promise<unknown>>>,
  { needing, withinMs }: { needing: readonly string[]; withinMs: number },
): Promise<Outage> {
  const errors = new Map<string, ApiError[]>(Object.keys(questions).map((name) => [name, []]));
  const began = performance.now();
  blow();
  while (performance.now() - began < withinMs) {
    const round = await Promise.all(
      Object.entries(questions).map(async ([name, ask]) => {
        try {
          await ask();
          return true;
        } catch (error) {
          if (!(error instanceof ApiError)) throw error;
          errors.get(name)?.push(error);
          return false;
        }
      }),
    );
    const noticed = needing.every((name) => (errors.get(name)?.length ?? 0) > 0);
    if (noticed && round.every(Boolean)) return { ms: Math.round(performance.now() - began), errors };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const told = [...errors].map(([name, list]) => `${name}: ${list.at(-1)?.message ?? 'never went wrong'}`);
  throw new Error(`not well again after ${withinMs} ms: ${told.join('; ')}`);
}
