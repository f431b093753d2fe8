import { defineConfig } from 'vitest/config';

/** Tests in which a browser or a stock client talks to parts of Marsad. One file at a time: they measure time. */
export default defineConfig({
  test: {
    include: ['e2e/**/*.e2e.test.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
