import { getContainerRuntimeClient } from 'testcontainers';
import type { TestProject } from 'vitest/node';
import { type Reasons, refuseMissingInCi } from './engines.ts';

/** Once before the container tests: finds out whether a Docker daemon answers. */
export async function setup(project: TestProject): Promise<void> {
  const missing: Reasons = {};
  try {
    await getContainerRuntimeClient();
  } catch (error) {
    missing.docker = error instanceof Error ? error.message : String(error);
  }
  refuseMissingInCi(missing);
  project.provide('missing', missing);
}
