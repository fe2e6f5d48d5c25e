import type { LastUsage } from '../../src/openclaw/last-usage.ts';

/** A last usage by its prompts; every answer had `output` tokens. */
export function last(
  after: number | null,
  before: number | null = null,
  { output = 5, unreadSince = false } = {},
): LastUsage {
  const usage = (prompt: number | null) => (prompt === null ? null : { prompt, output });
  return { after: usage(after), before: usage(before), unreadSince };
}

/** The last usage of a transcript is needed, whatever it is. */
export const NEEDED = { isNeeded: () => true, isEnough: () => true };
