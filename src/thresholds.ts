import type { Kind } from './store/kinds.ts';

/** What to do about it: `critical` now, `warning` this week. */
export type Severity = 'warning' | 'critical';

export const SEVERITIES = ['warning', 'critical'] as const satisfies readonly Severity[];

interface TokenThreshold {
  readonly warning: number;
  readonly critical: number;
}

const MAIN: TokenThreshold = { warning: 150_000, critical: 200_000 };

/**
 * Tokens in the context; strictly above counts. The one place of these numbers: alert rules, dashboards, metrics and
 * `scan` are made from it. A group fills with other people's talk, so it is warned of first; a `main` session is
 * expected to be long.
 */
export const TOKEN_THRESHOLDS = {
  main: MAIN,
  dm: { warning: 100_000, critical: 150_000 },
  group: { warning: 50_000, critical: 150_000 },
  cron: MAIN,
  subagent: MAIN,
  hook: MAIN,
  acp: MAIN,
  other: MAIN,
} as const satisfies Record<Kind, TokenThreshold>;

/** Bytes of one transcript; strictly above is concerning: slow to load and to compact, and never a reason to wake anybody. */
export const TRANSCRIPT_BYTES_THRESHOLD = { warning: 500_000 } as const;
