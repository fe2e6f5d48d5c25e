import type { LastUsage } from './last-usage.ts';
import type { Usage } from './usage.ts';

/**
 * The tokens in the context of a session, from two witnesses: the total that OpenClaw stored, and the usage of the last
 * call in the transcript. Many versions stored sums of a run's calls, sums cut down to the window, or the total of an
 * earlier run, and some of them called it fresh (2026.4.15 to 2026.7.35 after an aborted call).
 */
export interface TokensInput extends StoredTotal {
  /** The window of the session, in tokens; null: not known. */
  readonly window: number | null;
  /** null: there is no transcript, or it was not asked. */
  readonly lastUsage: LastUsage | null;
}

/** What the entry of a session says. */
export interface StoredTotal {
  /** In tokens. */
  readonly totalTokens: number | null;
  /** null: the version does not say (before 2026.2.17). */
  readonly totalTokensFresh: boolean | null;
}

export const TOKENS_SOURCES = ['index', 'transcript', 'none'] as const;

export type TokensSource = (typeof TOKENS_SOURCES)[number];

export interface Tokens {
  /** null: nobody knows. */
  readonly tokens: number | null;
  readonly tokensSource: TokensSource;
}

export function contextTokens(input: TokensInput): Tokens {
  const { totalTokens: total, lastUsage } = input;
  const used = lastUsage?.after?.prompt ?? null;
  if (used !== null && lastUsageCounts(input)) return { tokens: used, tokensSource: 'transcript' };
  if (total !== null && totalCounts(total, input)) return { tokens: total, tokensSource: 'index' };
  return { tokens: null, tokensSource: 'none' };
}

/** Whether the stored total is one of the context in use at all. */
function totalCounts(total: number, { totalTokensFresh: fresh, window, lastUsage }: TokensInput): boolean {
  if (fresh === false) return false;
  // A context cannot be larger than its window: this is a sum.
  if (window !== null && total > window) return false;
  if (lastUsage !== null && isOfBefore(total, lastUsage)) return false;
  // Without the flag an answer since then is the better witness, and a total of the whole window is a sum that was cut down
  // to it (2026.2.9, 2026.2.12).
  return fresh === true || (total !== window && lastUsage !== null && lastUsage.after === null);
}

/**
 * Whether the total is of the time before the newest compaction or reset: it repeats the usage of then (2026.7.35 calls it
 * fresh after a compaction over RPC), or no call came since and it is more than that call had, so a sum of its run. The
 * estimate that OpenClaw stores after a compaction is smaller.
 */
function isOfBefore(total: number, { after, before }: LastUsage): boolean {
  if (before === null) return false;
  if (after === null) return repeats(total, before) || isMore(total, before);
  return repeats(total, before) && !repeats(total, after);
}

/** Whether the last usage is the better witness, where there is one. */
function lastUsageCounts(input: TokensInput): boolean {
  const { totalTokens: total, totalTokensFresh: fresh, lastUsage } = input;
  if (total === null || fresh === null || !totalCounts(total, input)) return true;
  return lastUsage !== null && isSumSince(total, lastUsage);
}

/** Whether the total is more than the last call had, so a sum of its run; a record that cannot be read may hold a later call. */
function isSumSince(total: number, { after, unreadSince }: LastUsage): boolean {
  return after !== null && isMore(total, after) && !unreadSince;
}

/** Whether what was found decides, so that nothing further in front has to be looked for. */
export function isDecided(found: LastUsage, { totalTokens: total, totalTokensFresh: fresh }: StoredTotal): boolean {
  if (found.after === null) return false;
  // Only a total that is called fresh and fits can be of a time before.
  return total === null || fresh !== true || repeats(total, found.after) || isSumSince(total, found);
}

function repeats(total: number, { prompt, output }: Usage): boolean {
  return total === prompt || total === prompt + output;
}

function isMore(total: number, { prompt, output }: Usage): boolean {
  return total > prompt + output;
}
