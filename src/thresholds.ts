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

/** Percent of the window: from here on the dashboard shows a context in yellow. */
export const DASHBOARD_WINDOW_PERCENT = 80;

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Ages by which a scan judges sessions, transcripts and locks, in seconds. */
export const AGE_SECONDS = {
  /** A session is active until its last activity is older than this. */
  active: DAY,
  /** A run is stuck when nothing was stored for it, or for its transcript, for longer than this. */
  stuck: 30 * MINUTE,
  /** A transcript that was written to more recently may end in half a line: that is no damage yet. */
  settled: 2 * MINUTE,
  /** Two transcripts of one key that began at most this far apart were begun by two writers (SQLite). */
  collisionGap: 10,
  /** Such a pair is reported while the younger transcript is less old than this. */
  collision: DAY,
  /** A lock of a transcript that is older is stale: its holder cannot need it any more. */
  transcriptLock: 30 * MINUTE,
  /** A lock of the index that is older is stale. OpenClaw holds it for one write. */
  indexLock: 30,
  /** A database that stays locked keeps its last figures until they are older than this; then it is unreadable. */
  lockedDatabase: 15 * MINUTE,
} as const;

/** A session that nobody used for longer than this, in seconds, raises no alert of this severity. */
export const IDLE_SECONDS = { warning: 7 * DAY, critical: DAY } as const satisfies Record<Severity, number>;

const MIB = 1024 ** 2;

/**
 * What alerts compare with beside the numbers above; they have no setting of their own. Strictly above counts, unless
 * it says otherwise.
 */
export const ALERT_THRESHOLDS = {
  /** Of the window, where compaction is off. */
  windowPercent: 90,
  /** As many compactions within this time are a storm. */
  compactionStorm: { compactions: 4, seconds: HOUR },
  /** How long the oldest queued message waits. */
  waitingInputSeconds: 15 * MINUTE,
  /** Of an agent's active sessions, those whose tokens nobody knows. */
  unknownTokensPercent: 50,
  /** OpenClaw 2026.2.17 to 2026.4.29 rotated an index of this size. */
  indexBytes: 10 * MIB,
  /** OpenClaw recycles a write-ahead log of this size itself, so a larger one is one that it cannot. */
  walBytes: 64 * MIB,
  /** Of OpenClaw's own limits of bytes and of sessions, above which it removes the oldest. */
  maintenancePercent: 90,
  /** Growth of checkpoints, trajectories and temporary files within this time. */
  leftovers: { bytes: 1_000_000_000, seconds: DAY },
  /** Sessions of one kind that a machine makes: cron, subagent, hook. */
  machineSessions: 200,
  /** Less is too little for a compaction and its summary. */
  compactionReserveTokens: 25_000,
  /** Age of the last good scan, in gaps of its schedule. At two gaps one run was missed; some seconds are for the run itself. */
  scanAge: { gaps: 2, seconds: MINUTE },
  /** Age of the last good scan where the figures come from a textfile, whose schedule nobody here knows. */
  textfileSeconds: 2 * HOUR,
  /** Sessions that one description names at most. */
  namedSessions: 3,
} as const;

/** How long the condition of an alert must hold before it fires, in seconds. Named by what passes by itself within it. */
export const FOR_SECONDS = {
  /** A peak. */
  peak: 5 * MINUTE,
  /** The end of a run, at which OpenClaw compacts a full context. */
  run: 10 * MINUTE,
  /** An edit of the config, a restart of Prometheus, a write that was under way. */
  edit: 15 * MINUTE,
  /** Two starts of the gateway that overlapped: the next run of the session settles what they left. */
  overlap: 30 * MINUTE,
  /** Work on the bindings, a clean-up. */
  work: HOUR,
  /** An upgrade of OpenClaw to SQLite with its migration. */
  upgrade: DAY,
} as const;

/** How long an alert goes on firing after its condition ended, in seconds. */
export const KEEP_FIRING_SECONDS = {
  /** Longer than a restart of the exporter with its first quick scan: until then it has no series. */
  restart: 10 * MINUTE,
  /** Longer than a restart of the exporter with its first deep scan. */
  deepScan: 30 * MINUTE,
} as const;

/** A rule uses a figure for as many seconds after its last scrape, so that one missed scrape does not start `for` anew. */
export const LAST_KNOWN_SECONDS = 15 * MINUTE;

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
  /** Only one that is there has bytes. */
  readonly transcript: { readonly state: string; readonly bytes?: number | null };
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
  return (transcript.bytes ?? 0) > thresholds.transcriptBytes.warning;
}

export function isOverThreshold(session: Measured): boolean {
  return tokensSeverity(session) !== null || isTranscriptLarge(session);
}

/** A duration in the largest unit of which it is a whole number of at least two: `30 minutes`, `24 hours`, `7 days`. */
export function inWords(seconds: number): string {
  const fits = (unit: number) => seconds % unit === 0 && seconds >= 2 * unit;
  if (fits(DAY)) return `${seconds / DAY} days`;
  if (fits(HOUR)) return `${seconds / HOUR} hours`;
  return fits(MINUTE) ? `${seconds / MINUTE} minutes` : `${seconds} seconds`;
}
