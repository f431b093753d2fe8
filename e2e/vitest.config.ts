import { defineConfig } from 'vitest/config';
import { networksRefused } from './network/routed-viewers.ts';

const refused = networksRefused();
if (refused !== null) console.log(`Tests with networks of their own (e2e/network) are left out here: ${refused}`);

/** Tests in which a browser or a stock client talks to parts of Marsad. One file at a time: they measure time. */
export default defineConfig({
  test: {
    include: ['e2e/**/*.e2e.test.ts'],
    exclude: refused === null ? [] : ['e2e/network/**'],
    fileParallelism: false,
    testTimeout: 60_000,
    // What is awaited comes at once on a quiet machine; on a busy one it comes, and that is what is tested.
    expect: { poll: { timeout: 5_000 } },
    hookTimeout: 120_000,
  },
});
