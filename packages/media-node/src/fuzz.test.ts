import { runFuzz } from '@marsad/media/testing/fuzz';
import { expect, it } from 'vitest';
import { edgeTargets } from './edge/testing/fuzz-targets.ts';
import { ingestTargets } from './ingest/testing/fuzz-targets.ts';

it.each([...edgeTargets, ...ingestTargets].map((target) => [target.name, target] as const))(
  'ten thousand inputs: %s',
  async (_, target) => {
    const { inputs, refused } = await runFuzz(target, { inputs: 10_000, seed: 1 });
    expect(inputs).toBe(10_000);
    expect(refused).toBeLessThan(9_900);
  },
  60_000,
);
