/** What can be wrong with a session. */
export const FINDINGS = ['corrupted', 'duplicate', 'stray', 'collision', 'stuck'] as const;

/** How many findings there are of each. */
export type FindingCounts = Readonly<Partial<Record<Finding['finding'], number>>>;

/** Something that is wrong with a session. */
export interface Finding {
  readonly finding: (typeof FINDINGS)[number];
  /** null where a finding has no reasons. */
  readonly reason: string | null;
  /** The agent that the session belongs to; null: the finding is not about that, or no agent is chosen. */
  readonly expectedAgent: string | null;
}
