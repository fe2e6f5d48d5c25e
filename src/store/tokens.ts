import type { TokensSource } from './session.ts';
import type { Usage } from './transcript-facts.ts';

export interface TokensInput {
  /** The stored total, in tokens. */
  readonly total: number | null;
  /** null: the version does not say (before 2026.2.17). */
  readonly fresh: boolean | null;
  readonly window: number | null;
  /** null: there is no transcript. */
  readonly usage: Usage | null;
}

/** The tokens in the context after the last run, and where they were learned. */
export function contextTokens(input: TokensInput): { tokens: number | null; tokensSource: TokensSource } {
  if (input.total !== null && isTrusted(input.total, input)) return { tokens: input.total, tokensSource: 'index' };
  const used = input.usage?.after ?? null;
  return used === null ? { tokens: null, tokensSource: 'none' } : { tokens: used, tokensSource: 'transcript' };
}

function isTrusted(total: number, { fresh, window, usage }: TokensInput): boolean {
  if (fresh === false) return false;
  // Some versions added up the calls of a run: a context cannot be larger than its window.
  if (window !== null && total > window) return false;
  // Without the flag only an answer that is newer than the newest compaction shows that the total is.
  if (fresh === null && (usage === null || usage.after === null)) return false;
  // 2026.7.35 calls the total of before a compaction over RPC fresh.
  return !(usage?.compacted && usage.before === total && usage.after !== total);
}
