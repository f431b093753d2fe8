import { defineConfig } from 'vitest/config';
import { networksRefused } from './network/routed-viewers.ts';

const refused = networksRefused();
if (refused !== null) console.log(`Tests with networks of their own (e2e/network) are left out here: ${refused}`);

// It fails in one run of three, and is not understood yet (docs/operations/quota.md): it must not hide what else fails.
const storm = process.env.CHAOS_MINUTES !== undefined;
if (!storm) console.log('The chaos test is left out here: CHAOS_MINUTES=0.4 runs it');

/** Tests in which a browser or a stock client talks to parts of Marsad. One file at a time: they measure time. */
export default defineConfig({
  test: {
    include: ['e2e/**/*.e2e.test.ts'],
    exclude: [...(refused === null ? [] : ['e2e/network/**']), ...(storm ? [] : ['e2e/system/chaos.e2e.test.ts'])],
    fileParallelism: false,
    testTimeout: 60_000,
    // What is awaited comes at once on a quiet machine; on a busy one it comes, and that is what is tested.
    expect: { poll: { timeout: 5_000 } },
    hookTimeout: 120_000,
  },
});
