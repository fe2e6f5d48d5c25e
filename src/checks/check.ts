import type { Finding } from '../model/finding.ts';
import type { Era } from '../model/layout.ts';
import type { Session } from '../model/session.ts';

/** What a check may look at: every session of every store that was read, and the time. */
export interface CheckInput {
  readonly sessions: readonly Session[];
  /** Agents that the config lists, and those that it need not; empty: it lists none. */
  readonly listedAgents: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

interface SessionFinding {
  readonly session: Session;
  readonly finding: Finding;
}

/** One check: a pure function without memory. What must not flap is for the alert's `for`, not for here. */
export interface Check {
  /** As in `--check.<name>`, and the value of the label `check`. */
  readonly name: string;
  readonly finding: Finding['finding'];
  /** The reasons of its findings; null alone where they have none. */
  readonly reasons: readonly (string | null)[];
  /**
   * The eras whose stores can have it, and the scan that finds it there. `deep`: it needs validated transcripts, so a
   * zero means something only after the first deep scan.
   */
  readonly eras: Readonly<Partial<Record<Era, 'quick' | 'deep'>>>;
  /** When a session has it, in the 42 columns of the help of one screen. */
  readonly brief: string;
  /** The same in one sentence for the documents. */
  readonly meaning: string;
  run(input: CheckInput): Iterable<SessionFinding>;
  /**
   * The first millisecond since the epoch at which time alone gives a session another result; null: it never does. Left out
   * where the result does not depend on the time.
   */
  changesAtMs?(session: Session): number | null;
}
