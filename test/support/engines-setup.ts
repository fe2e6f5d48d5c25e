import type { TestProject } from 'vitest/node';
import { ensureEngines, findProgram } from '../../scripts/engines.ts';
import { ensureNewestNode } from '../../scripts/newest-node.ts';
import { ensureBrowser } from './chromium.ts';
import { type Reasons, refuseMissingInCi } from './engines.ts';

/** Once before the e2e tests: makes the engines and the browser ready and tells the tests where they are. */
export function setup(project: TestProject): void {
  const { engines, missing } = ensureEngines();
  const browser = ensureBrowser();
  const newestNode = ensureNewestNode();
  const reasons = {
    ...missing,
    ...('reason' in browser && { browser: browser.reason }),
    // Its libraries belong to the system, so it is not unpacked.
    ...(!findProgram(['systemd-analyze']) && { systemdAnalyze: 'not in PATH: install the package systemd' }),
    ...('reason' in newestNode && { newestNode: newestNode.reason }),
  } satisfies Reasons;
  refuseMissingInCi(reasons);
  project.provide('engines', engines);
  project.provide('missing', reasons);
  if (!('reason' in browser)) project.provide('browser', browser);
  if (!('reason' in newestNode)) project.provide('newestNode', newestNode.path);
}
