import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Reporter, TestModule, TestRunEndReason, TestSuite, Vitest } from 'vitest/node';
import type {} from './engines.ts';

type Totals = { passed: number; failed: number; skipped: number };

/**
 * Names the tests that were skipped for want of an engine, and writes the totals of the run to
 * `.test-results/<projects>.json`, from which .ci/run adds up. What broke outside a test (a file that does not load,
 * a hook, an error that nobody caught) counts as failed.
 */
// biome-ignore lint/style/noDefaultExport: vitest loads a reporter given by path through its default export
export default class EngineReporter implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[], reason: TestRunEndReason): void {
    const totals = { passed: 0, failed: errors.length, skipped: 0 };
    for (const module of modules) addModule(totals, module);
    if (reason !== 'passed' && totals.failed === 0) totals.failed = 1;
    printSkipped(modules);
    const projects = this.#vitest?.projects.map((project) => project.name).sort() ?? [];
    const folder = join(import.meta.dirname, '../../.test-results');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${projects.join('+')}.json`), `${JSON.stringify(totals)}\n`);
  }
}

function addModule(totals: Totals, module: TestModule): void {
  for (const test of module.children.allTests()) {
    const { state } = test.result();
    // A test still pending at the end never ran.
    totals[state === 'pending' ? 'failed' : state] += 1;
  }
  const suites: (TestModule | TestSuite)[] = [module, ...module.children.allSuites()];
  totals.failed += suites.filter((suite) => suite.errors().length > 0).length;
}

function printSkipped(modules: readonly TestModule[]): void {
  const lines = modules.flatMap((module) => {
    const reasons = Object.entries(module.meta().missingEngines ?? {}).map(([name, reason]) => `${name}: ${reason}`);
    if (reasons.length === 0) return [];
    const tests = [...module.children.allTests('skipped')].map((test) => `    ${test.fullName}`);
    return [`  ${module.relativeModuleId} (${reasons.join('; ')})`, ...tests];
  });
  if (lines.length > 0) console.log(`\nSkipped for want of an engine:\n${lines.join('\n')}\n`);
}
