import { describeError } from '../errors.ts';
import type { Finding } from '../model/finding.ts';
import type { Session } from '../model/session.ts';
import type { Check, CheckInput } from './check.ts';

/** How one check went in one scan. */
export interface CheckOutcome {
  readonly check: string;
  readonly success: boolean;
  readonly durationSeconds: number;
  /** The message of what it threw; null when it did not. */
  readonly error: string | null;
}

export interface CheckResults {
  readonly findings: ReadonlyMap<Session, readonly Finding[]>;
  readonly outcomes: readonly CheckOutcome[];
}

/** Runs the checks; one that throws loses only itself. */
export function runChecks(checks: readonly Check[], input: CheckInput): CheckResults {
  const findings = new Map<Session, Finding[]>();
  const outcomes: CheckOutcome[] = [];
  for (const check of checks) {
    const startedAt = performance.now();
    let error: string | null = null;
    try {
      // Whole before it counts: half of what a check finds is a wrong number.
      for (const { session, finding } of [...check.run(input)]) {
        const known = findings.get(session);
        if (known === undefined) findings.set(session, [finding]);
        else known.push(finding);
      }
    } catch (caught) {
      error = describeError(caught);
    }
    outcomes.push({
      check: check.name,
      success: error === null,
      durationSeconds: (performance.now() - startedAt) / 1000,
      error,
    });
  }
  return { findings, outcomes };
}
