import { getContainerRuntimeClient } from 'testcontainers';
import type { TestProject } from 'vitest/node';
import { ensureEngines } from '../../scripts/engines.ts';
import { type Reasons, refuseMissingInCi } from './engines.ts';

/** Once before the container tests: finds out whether a Docker daemon answers, and makes the engines ready. */
export async function setup(project: TestProject): Promise<void> {
  const { engines, missing: missingEngines } = ensureEngines();
  const missing: Reasons = { ...missingEngines };
  try {
    await getContainerRuntimeClient();
  } catch (error) {
    missing.docker = error instanceof Error ? error.message : String(error);
  }
  refuseMissingInCi(missing);
  project.provide('engines', engines);
  project.provide('missing', missing);
}
