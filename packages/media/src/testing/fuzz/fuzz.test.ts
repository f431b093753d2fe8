import { describe, expect, it } from 'vitest';
import { mediaTargets, runFuzz } from './index.ts';
import { FuzzFailure, type FuzzTarget } from './target.ts';

const fragile: FuzzTarget = {
  name: 'fragile',
  samples: [Buffer.from('abcdefgh')],
  refuses: (error) => error instanceof RangeError,
  open: () => {
    let seen = 0;
    return (bytes) => {
      if (bytes.length > 8) throw new RangeError('too long');
      seen++;
      if (seen > 20 && bytes.includes(0xff)) throw new TypeError('a defect');
    };
  },
};

describe('the fuzzer', () => {
  it('finds what is broken, tells it from what is refused, and finds it again in its session alone', async () => {
    const failureOf = async (skip: number) => {
      try {
        await runFuzz(fragile, { inputs: 100_000, seed: 1, skip });
      } catch (error) {
        if (error instanceof FuzzFailure) return error;
      }
      throw new Error('nothing was found');
    };
    const failure = await failureOf(0);
    expect(failure.cause).toBeInstanceOf(TypeError);
    const session = Number(/session (\d+)/.exec(failure.message)?.[1]);
    expect((await failureOf(session)).message).toBe(failure.message);
    expect(failure.inputs.at(-1)?.includes(0xff)).toBe(true);
  });
});

describe('ten thousand inputs', () => {
  it.each(mediaTargets.map((target) => [target.name, target] as const))('%s', async (_, target) => {
    const { inputs, refused } = await runFuzz(target, { inputs: 10_000, seed: 1 });
    expect(inputs).toBe(10_000);
    // Mutations must neither all be refused at the first byte nor all be let through unread.
    expect(refused).toBeLessThan(9_900);
  });
});
