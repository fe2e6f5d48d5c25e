import type { NamedSession } from '../named-session.ts';

/** An agent whose gateway is at work: what happens to its sessions is written as its era writes it. Times since the epoch. */
export interface LiveAgent {
  /** A session that was not there before. */
  add(session: NamedSession): void;
  /** A question and its answer: its context holds so many tokens now. */
  run(key: string, tokens: number, ms: number): void;
  /** A summary takes the place of what was said. */
  compact(key: string, tokens: number, ms: number): void;
  /** As a fault of the disk: something in the middle of its transcript is no record any more. */
  damage(key: string): void;
  close(): void;
}
