import { defineConfig } from 'vitest/config';

/**
 * Files of one kind share processes: a process and its modules for each file cost more than most files. So what
 * a test changes in its process (clock, environment, user) it puts back, and a mocked module is imported by the test
 * itself, between two `vi.resetModules()`.
 */
const SHARED = { isolate: false, pool: 'forks' } as const;

/**
 * unit: no engine, no network. e2e: real Prometheus, Alertmanager and browser; what it does is wait, most of the time,
 * so one file more than there are cores runs at once. containers: a Docker daemon, one file at a time.
 */
export default defineConfig({
  test: {
    // A line per file where nobody watches; a test that failed is shown in full everywhere.
    reporters: [process.stdout.isTTY ? 'default' : 'minimal', './test/support/reporter.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          ...SHARED,
          // With summer time. Of the whole process: node-cron keeps the zone of the first time that it formats.
          env: { TZ: 'Europe/Berlin' },
          sequence: { groupOrder: 0 },
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/containers/**'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'e2e',
          sequence: { groupOrder: 1 },
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/support/engines-setup.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'containers',
          sequence: { groupOrder: 1 },
          include: ['test/containers/**/*.test.ts'],
          globalSetup: ['test/support/docker-setup.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
