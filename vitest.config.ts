import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'apps/*/src/**/*.test.{ts,tsx}',
      'packages/*/src/**/*.test.ts',
      'bench/src/**/*.test.ts',
      'scripts/**/*.test.ts',
    ],
    globalSetup: ['apps/server/src/testing/services.ts'],
    // Most files wait more than they work: four at a time even where there are but two cores.
    maxWorkers: Math.max(4, Math.ceil(availableParallelism() / 2)),
    // Every file closes what it opened; to load everything anew for each of them would be a third of the time.
    isolate: false,
    testTimeout: 30_000,
    // What is awaited comes at once on a quiet machine; on a busy one it comes, and that is what is tested.
    expect: { poll: { timeout: 5_000 } },
    hookTimeout: 30_000,
    coverage: {
      provider: 'v8',
      include: ['apps/server/src/**/*.ts', 'packages/*/src/**/*.ts'],
      exclude: ['**/*.test.ts', '**/testing/**'],
      reportOnFailure: true,
      reporter: ['text-summary', 'json-summary', 'html'],
      thresholds: { lines: 80, statements: 80, functions: 80 },
    },
  },
});
