import { describeError } from '../errors.ts';
import type { Finding, FindingCounts } from '../model/finding.ts';
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
  /** Findings that are ignored, by agent. */
  readonly ignored: ReadonlyMap<string, FindingCounts>;
  readonly outcomes: readonly CheckOutcome[];
}

type IsIgnored = (session: Session, finding: Finding['finding']) => boolean;

/**
 * Runs the checks; one that throws loses only itself. A session whose finding is ignored is no reason for the finding of
 * another: the others are looked at as if it were not there.
 */
export function runChecks(checks: readonly Check[], input: CheckInput, isIgnored: IsIgnored): CheckResults {
  const findings = new Map<Session, Finding[]>();
  const ignored = new Map<string, Partial<Record<Finding['finding'], number>>>();
  const outcomes: CheckOutcome[] = [];
  for (const check of checks) {
    const startedAt = performance.now();
    let error: string | null = null;
    try {
      // Whole before it counts: half of what a check finds is a wrong number.
      const found = findAll(check, input, isIgnored);
      for (const { session, finding } of found.kept) {
        const known = findings.get(session);
        if (known === undefined) findings.set(session, [finding]);
        else known.push(finding);
      }
      for (const { session, finding } of found.ignored) {
        const counts = ignored.get(session.agent) ?? {};
        ignored.set(session.agent, counts);
        counts[finding.finding] = (counts[finding.finding] ?? 0) + 1;
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
  return { findings, ignored, outcomes };
}

function findAll(check: Check, input: CheckInput, isIgnored: IsIgnored) {
  const all = [...check.run(input)];
  const ignored = all.filter(({ session }) => isIgnored(session, check.finding));
  if (ignored.length === 0) return { kept: all, ignored };
  const left = new Set(ignored.map(({ session }) => session));
  const sessions = input.sessions.filter((session) => !left.has(session));
  return { kept: [...check.run({ ...input, sessions })], ignored };
}
