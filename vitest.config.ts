import { defineConfig } from 'vitest/config';

/**
 * unit: no engine, no network. e2e: real Prometheus, Alertmanager and browser. containers: a Docker daemon.
 * The e2e and container tests share ports, processes and two cores: one file at a time.
 */
export default defineConfig({
  test: {
    reporters: ['default', './test/support/reporter.ts'],
    projects: [
      {
        test: {
          name: 'unit',
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
