import { describe, expect, it } from 'vitest';
import { Batch } from './batch.ts';

const doubling = (most = 3) => {
  const calls: number[][] = [];
  const batch = new Batch<number, number>({
    most,
    async ask(questions) {
      calls.push([...questions]);
      if (questions.includes(13)) throw new Error('thirteen');
      return questions.map((question) => question * 2);
    },
  });
  return { batch, calls };
};

describe('a batch', () => {
  it('asks together what is asked in one turn, so many at most, and answers each its own', async () => {
    const { batch, calls } = doubling();
    expect(await Promise.all([1, 2, 3, 4, 5].map((n) => batch.ask(n)))).toEqual([2, 4, 6, 8, 10]);
    expect(calls).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
    expect(await batch.ask(6)).toBe(12);
    expect(calls).toHaveLength(3);
  });

  it('fails those of the call that failed, and nobody else', async () => {
    const { batch } = doubling(2);
    const outcomes = await Promise.allSettled([1, 13, 3].map((n) => batch.ask(n)));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  });

  it('takes too few answers for a failure', async () => {
    const batch = new Batch<number, number>({ most: 10, ask: async () => [1] });
    await expect(Promise.all([batch.ask(1), batch.ask(2)])).rejects.toThrow('2 questions got 1 answers');
  });
});
