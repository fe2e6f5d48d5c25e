/** What can be wrong with a session. */
export const FINDINGS = ['corrupted', 'duplicate', 'stray', 'collision', 'stuck'] as const;

/** Something that is wrong with a session. */
export interface Finding {
  readonly finding: (typeof FINDINGS)[number];
  /** Empty where a finding has no reasons. */
  readonly reason: string;
  /** The agent that the session belongs to, where the finding is about that; else empty. */
  readonly expectedAgent: string;
}
