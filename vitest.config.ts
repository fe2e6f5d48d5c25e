import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** More files at once than there are cores: half of the time a test waits for a clock, a disk or another process. */
const WORKERS = { pool: 'forks', maxWorkers: 2 * availableParallelism() } as const;

/** What the programs that tests start have compiled before: half of what a process of TypeScript costs. */
const COMPILED = join(import.meta.dirname, '.test-results/compiled');

/**
 * unit: no engine, no network. e2e: real Prometheus, Alertmanager and browser. long: the same, minutes of work, not part of
 * `npm test`. containers: a Docker daemon, one file at a time.
 */
export default defineConfig({
  test: {
    // A line per file where nobody watches; a test that failed is shown in full everywhere.
    reporters: [process.stdout.isTTY ? 'default' : 'minimal', './test/support/reporter.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          ...WORKERS,
          // Files share processes: a process and its modules for each file cost more than most files. So what a test
          // changes in its process (clock, environment, user) it puts back, and a mocked module is imported by the
          // test itself, between two `vi.resetModules()`.
          isolate: false,
          // With summer time. Of the whole process: node-cron keeps the zone of the first time that it formats.
          env: { TZ: 'Europe/Berlin', NODE_COMPILE_CACHE: COMPILED },
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/long/**', 'test/containers/**'],
          // Of a test that hangs: beside other work a slow one took half a minute.
          testTimeout: 120_000,
          // To remove the folder of a test that made thousands takes more than the ten seconds that a hook has by itself.
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'e2e',
          ...WORKERS,
          env: { NODE_COMPILE_CACHE: COMPILED },
          // After the unit tests: beside them an exporter starves, and its scans are taken for blocked.
          sequence: { groupOrder: 1 },
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/support/engines-setup.ts'],
          // Of one that hangs. What waits in it gives up before, and says for what it waited.
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'long',
          // A real Prometheus that starves loses scrapes, and with them what its rules look back on.
          fileParallelism: false,
          env: { NODE_COMPILE_CACHE: COMPILED },
          include: ['test/long/**/*.test.ts'],
          globalSetup: ['test/support/engines-setup.ts'],
          testTimeout: 1_200_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'containers',
          sequence: { groupOrder: 2 },
          include: ['test/containers/**/*.test.ts'],
          globalSetup: ['test/support/docker-setup.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
          // An image is built in a hook, on a machine at work from nothing.
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
