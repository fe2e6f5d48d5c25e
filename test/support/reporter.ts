import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Reporter, TestModule, TestRunEndReason, TestSpecification, TestSuite, Vitest } from 'vitest/node';
import type {} from './engines.ts';

type Totals = { passed: number; failed: number; skipped: number };

/**
 * Prints a line for each file that has ended, where no terminal shows the progress. Names the tests that were skipped for want of an engine, and writes the totals of the run to
 * `.test-results/<projects>.json`, from which .ci/run adds up. What broke outside a test (a file that does not load,
 * a hook, an error that nobody caught) counts as failed.
 */
// biome-ignore lint/style/noDefaultExport: vitest loads a reporter given by path through its default export
export default class EngineReporter implements Reporter {
  #vitest: Vitest | undefined;
  #files = 0;
  #ended = 0;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunStart(specifications: readonly TestSpecification[]): void {
    this.#files = specifications.length;
    this.#ended = 0;
  }

  onTestModuleEnd(module: TestModule): void {
    this.#ended += 1;
    if (process.stdout.isTTY) return;
    const tests = [...module.children.allTests()].length;
    const seconds = (module.diagnostic().duration / 1000).toFixed(1);
    console.log(
      `${String(this.#ended).padStart(4)}/${this.#files} ${module.state()}: ${module.relativeModuleId}, ${tests} tests, ${seconds} s`,
    );
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
