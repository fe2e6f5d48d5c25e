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
  /** What the config file says to ignore. */
  readonly ignored: ReadonlyMap<Session, readonly Finding[]>;
  readonly outcomes: readonly CheckOutcome[];
  /** By check that failed only there: the agents whose sessions alone make it throw. */
  readonly failedIn: ReadonlyMap<string, readonly string[]>;
}

type IsIgnored = (session: Session, finding: Finding['finding']) => boolean;

/**
 * Runs the checks; one that throws loses only itself, and where the sessions of one agent alone make it throw, only these. A
 * session whose finding is ignored is no reason for the finding of another: the others are looked at as if it were not there.
 * It stops after each check, so that the caller can pause.
 */
export function* runChecks(
  checks: readonly Check[],
  input: CheckInput,
  isIgnored: IsIgnored,
): Generator<undefined, CheckResults> {
  const findings = new Map<Session, Finding[]>();
  const ignored = new Map<Session, Finding[]>();
  const outcomes: CheckOutcome[] = [];
  const failedIn = new Map<string, readonly string[]>();
  for (const check of checks) {
    const startedAt = performance.now();
    let error: string | null = null;
    try {
      const found = findAll(check, input, isIgnored);
      if (found.failure !== null) {
        error = `${describeError(found.failure.error)} (in ${found.failure.agents.join(', ')})`;
        failedIn.set(check.name, found.failure.agents);
      }
      collect(findings, found.kept);
      collect(ignored, found.ignored);
    } catch (caught) {
      error = describeError(caught);
    }
    outcomes.push({
      check: check.name,
      success: error === null,
      durationSeconds: (performance.now() - startedAt) / 1000,
      error,
    });
    yield;
  }
  return { findings, ignored, outcomes, failedIn };
}

function collect(
  known: Map<Session, Finding[]>,
  found: readonly { readonly session: Session; readonly finding: Finding }[],
): void {
  for (const { session, finding } of found) {
    const all = known.get(session);
    if (all === undefined) known.set(session, [finding]);
    else all.push(finding);
  }
}

/** Without the agents whose sessions alone make the check throw. Throws what these do not explain. */
function findAll(check: Check, input: CheckInput, isIgnored: IsIgnored) {
  try {
    return { ...findIn(check, input, isIgnored), failure: null };
  } catch (error) {
    const agents = new Set(input.sessions.map(({ agent }) => agent));
    const failed = [...agents].filter((agent) =>
      throws(() =>
        findIn(
          check,
          within(input, (each) => each === agent),
          isIgnored,
        ),
      ),
    );
    if (failed.length === 0 || failed.length === agents.size) throw error;
    const others = within(input, (agent) => !failed.includes(agent));
    return { ...findIn(check, others, isIgnored), failure: { error, agents: failed } };
  }
}

function within(input: CheckInput, isIn: (agent: string) => boolean): CheckInput {
  return { ...input, sessions: input.sessions.filter(({ agent }) => isIn(agent)) };
}

function throws(work: () => unknown): boolean {
  try {
    work();
    return false;
  } catch {
    return true;
  }
}

/** Whole before it counts: half of what a check finds is a wrong number. */
function findIn(check: Check, input: CheckInput, isIgnored: IsIgnored) {
  const all = [...check.run(input)];
  const ignored = all.filter(({ session }) => isIgnored(session, check.finding));
  if (ignored.length === 0) return { kept: all, ignored };
  const left = new Set(ignored.map(({ session }) => session));
  const sessions = input.sessions.filter((session) => !left.has(session));
  return { kept: [...check.run({ ...input, sessions })], ignored };
}
