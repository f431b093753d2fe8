/**
 * Like Promise.all, but when one fails it aborts the others and waits for them, so that nothing is started behind the
 * back of whoever then cleans up.
 */
export async function together<T extends readonly unknown[]>(
  abort: AbortController,
  work: readonly [...T],
): Promise<{ [K in keyof T]: Awaited<T[K]> }> {
  try {
    return await Promise.all(work);
  } catch (error) {
    abort.abort(error);
    await Promise.allSettled(work);
    throw error;
  }
}
