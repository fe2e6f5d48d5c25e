import type { Kind } from './openclaw/keys.ts';

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

const MIB = 1024 ** 2;

/**
 * What alerts about sessions and stores compare with beside the two above; they have no setting of their own. Strictly
 * above counts, unless it says otherwise.
 */
export const ALERT_THRESHOLDS = {
  /** Of the window, where compaction is off. */
  windowPercent: 90,
  /** Within an hour; as many count. */
  compactionsPerHour: 4,
  /** How long the oldest queued message waits. */
  waitingInputSeconds: 15 * 60,
  /** Of an agent's active sessions, those whose tokens nobody knows. */
  unknownTokensPercent: 50,
  /** OpenClaw 2026.2.17 to 2026.4.29 rotated an index of this size. */
  indexBytes: 10 * MIB,
  /** OpenClaw recycles a write-ahead log of this size itself, so a larger one is one that it cannot. */
  walBytes: 64 * MIB,
  /** Of OpenClaw's own limits of bytes and of sessions, above which it removes the oldest. */
  maintenancePercent: 90,
  /** Checkpoints, trajectories and temporary files within a day. */
  leftoverBytesPerDay: 1_000_000_000,
  /** Sessions of one kind that a machine makes: cron, subagent, hook. */
  machineSessions: 200,
  /** Less is too little for a compaction and its summary. */
  compactionReserveTokens: 25_000,
} as const;

/** The thresholds of one session: the shipped ones of its kind, or what the config file says of it. */
export interface Thresholds {
  readonly tokens: Readonly<Record<Severity, number>>;
  readonly transcriptBytes: { readonly warning: number };
}

export const SHIPPED_THRESHOLDS: Readonly<Record<Kind, Thresholds>> = {
  main: shipped('main'),
  dm: shipped('dm'),
  group: shipped('group'),
  cron: shipped('cron'),
  subagent: shipped('subagent'),
  hook: shipped('hook'),
  acp: shipped('acp'),
  other: shipped('other'),
};

function shipped(kind: Kind): Thresholds {
  return { tokens: TOKEN_THRESHOLDS[kind], transcriptBytes: TRANSCRIPT_BYTES_THRESHOLD };
}

/** The figures of a session that thresholds are about. */
export interface Measured {
  readonly thresholds: Thresholds;
  readonly tokens: number | null;
  readonly window: number | null;
  readonly effectiveWindow: number | null;
  readonly transcript: { readonly bytes: number | null } | null;
}

/** The most severe threshold that the session's context is over; null when it is over none. */
export function tokensSeverity({ thresholds, tokens, window, effectiveWindow }: Measured): Severity | null {
  if (tokens === null) return null;
  const { warning, critical } = thresholds.tokens;
  // At the window the next message does not fit; above the effective one a compaction is overdue.
  if (tokens > critical || (window !== null && tokens >= window)) return 'critical';
  if (tokens > warning || (effectiveWindow !== null && tokens > effectiveWindow)) return 'warning';
  return null;
}

export function isTranscriptLarge({ thresholds, transcript }: Measured): boolean {
  return transcript !== null && (transcript.bytes ?? 0) > thresholds.transcriptBytes.warning;
}

export function isOverThreshold(session: Measured): boolean {
  return tokensSeverity(session) !== null || isTranscriptLarge(session);
}
