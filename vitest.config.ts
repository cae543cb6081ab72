import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** What is polled for comes; on a busy machine later than the second that Vitest would wait. */
const PATIENT = { poll: { timeout: 30_000 } };

/**
 * `unit`: tests beside their files, in parallel processes (native engines must not share one with each other).
 * `e2e`: a real server and a real browser; one file after another, because they measure a conversation.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['server/**/*.test.ts', 'client/**/*.test.ts', 'bench/**/*.test.ts', 'models/**/*.test.ts'],
          exclude: ['server/e2e/**', '**/node_modules/**'],
          pool: 'forks',
          // On two cores Vitest would use one of them.
          maxWorkers: Math.max(2, availableParallelism() - 1),
          testTimeout: 60_000,
          hookTimeout: 60_000,
          expect: PATIENT,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['server/e2e/**/*.test.ts'],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect: PATIENT,
        },
      },
    ],
  },
});
