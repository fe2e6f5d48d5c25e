/**
 * Discovery looks at the places of one agent after the other, and a look at a dead mount never ends. So it tells whose places
 * come next, and does not look at those of an agent in which a scan came to its end that way.
 */
export interface Visits {
  /** Tells what is looked at from now on; the look begins when it resolves. null: what all agents share. */
  enter(agent: string | null, step: string): Promise<void>;
  /** Whether nothing of the agent, or of what all agents share, is looked at in this scan; the same answer throughout. */
  isLeftAlone(subject: string): boolean;
}

/** The step in which the places of an agent are found. */
export const DISCOVER = 'discover';

/** What all agents share and can do without, by its step, as it is named where else an agent is. */
export const SHARED = { config: ':config', registry: ':registry' } as const;

/** Why it was not read. */
export const LEFT_ALONE = 'scans came to their end while it was read: it is left alone for an hour, or until a restart';
