import type { Transcript } from '../model/session.ts';
import { AGE_SECONDS } from '../thresholds.ts';

const SETTLED_MS = AGE_SECONDS.settled * 1000;

/** Whether nothing is being written to it any more: a line that is looks like damage for a moment. */
export function isSettled({ writtenMs }: Transcript, now: number): boolean {
  return now - writtenMs > SETTLED_MS;
}
