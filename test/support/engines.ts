import { inject, TestRunner } from 'vitest';
import type { EngineName, Engines } from '../../scripts/engines.ts';
import type { Browser } from './chromium.ts';

export type NeededEngine = EngineName | 'browser' | 'docker' | 'newestNode' | 'systemdAnalyze';
/** Why an engine is not there, by its name. */
export type Reasons = Partial<Record<NeededEngine, string>>;

declare module 'vitest' {
  interface ProvidedContext {
    engines: Engines;
    browser: Browser;
    /** Path of the newest Node that npm has. */
    newestNode: string;
    missing: Reasons;
  }
  interface TaskMeta {
    /** Of a test file: the engines that its skipped tests wait for, for the reporter. */
    missingEngines?: Reasons;
  }
}

/**
 * True when one of these engines is not there: `describe.skipIf(needsEngine('prometheus'))`. The tests skipped for it
 * are named with the reason at the end of the run. With CI set it is never true: the set-up has failed before.
 */
export function needsEngine(...names: readonly NeededEngine[]): boolean {
  // Typed as always there, but a project without the set-up has no such value.
  const missing: Reasons | undefined = inject('missing');
  if (!missing) throw new Error('engines are for the e2e and containers projects: move this test there');
  const absent = names.flatMap((name) => (missing[name] === undefined ? [] : [[name, missing[name]]]));
  if (absent.length === 0) return false;
  const { meta } = TestRunner.getCurrentSuite().file;
  meta.missingEngines = { ...meta.missingEngines, ...Object.fromEntries(absent) };
  return true;
}

/** The path of the engine, for a test behind needsEngine of the same name. */
export function engine(name: EngineName): string {
  const found = inject('engines')[name];
  if (!found) throw new Error(`${name} is missing: put needsEngine('${name}') around this test`);
  return found;
}

/** Throws in CI, where an engine that is missing would hide tests. */
export function refuseMissingInCi(missing: Reasons): void {
  const lines = Object.entries(missing).map(([name, reason]) => `${name}: ${reason}`);
  if (process.env.CI && lines.length > 0) throw new Error(`missing in CI:\n${lines.join('\n')}`);
}
