import type { Kind } from './openclaw/keys.ts';

/** What a threshold asks for when it is crossed: `critical` now, `warning` this week. */
export type Severity = 'warning' | 'critical';

export const SEVERITIES = ['warning', 'critical'] as const satisfies readonly Severity[];

interface TokenThreshold {
  readonly warning: number;
  readonly critical: number;
}

const MAIN: TokenThreshold = { warning: 150_000, critical: 200_000 };

// The one place of every number that a figure is compared with. Rules, dashboards, metrics, checks, `scan` and the texts that
// name such a number are made from here; test/alerts/numbers.test.ts holds it. Strictly above counts, unless a comment says
// otherwise.

/**
 * Tokens in the context of a session. A group has the lowest warning, since it fills with other people's talk. A `main`
 * session may be long.
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

/** Bytes of one transcript. A larger one is slow to load and to compact, but it never pages. */
export const TRANSCRIPT_BYTES_THRESHOLD = { warning: 500_000 } as const;

/** From this percentage of its window on, the dashboard shows a context in yellow. */
export const DASHBOARD_WINDOW_PERCENT = 80;

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A session that grows and has less time than this until its limit is red on the dashboard, or yellow; in seconds. */
export const DASHBOARD_TIME_TO_LIMIT = { critical: HOUR, warning: DAY } as const satisfies Record<Severity, number>;

/** Ages by which a scan judges sessions, transcripts and locks, in seconds. */
export const AGE_SECONDS = {
  /** A session is active until its last activity is longer ago than this. */
  active: DAY,
  /** A run is stuck when nothing was stored for it, or for its transcript, for longer than this. */
  stuck: 30 * MINUTE,
  /** A transcript that was written to within this time may end in half a line: that is no damage yet. */
  settled: 2 * MINUTE,
  /** Two transcripts of one key that began within this time of each other were begun by two writers (SQLite). */
  collisionGap: 10,
  /** Such a pair is reported while its younger transcript is younger than this. */
  collision: DAY,
  /** A lock of a transcript is stale when it is older: its holder cannot need it any more. */
  transcriptLock: 30 * MINUTE,
  /** A lock of the index is stale when it is older: OpenClaw holds it for one write. */
  indexLock: 30,
  /** An index that was written within this time has a writer: without a lock that it honours, `repair` leaves the index alone. */
  quietIndex: MINUTE,
  /** The last figures of a locked database are shown until they are older than this. Then it is unreadable. */
  lockedDatabase: 15 * MINUTE,
} as const;

/**
 * A session that was not used for longer than this raises no alert of the severity, or about a finding; in seconds. Nobody is
 * woken for a conversation that rests.
 */
export const IDLE_SECONDS = {
  warning: 7 * DAY,
  critical: HOUR,
  finding: 30 * DAY,
} as const satisfies Record<Severity | 'finding', number>;

const MIB = 1024 ** 2;

/** Further numbers of the alerts. They have no setting in the config file. */
export const ALERT_THRESHOLDS = {
  /** Percentage of the window, where compaction is off. */
  windowPercent: 90,
  /** At least as many compactions within this time. */
  compactionStorm: { compactions: 4, seconds: HOUR },
  /** Age of the oldest queued message. */
  waitingInputSeconds: 15 * MINUTE,
  /** Percentage of an agent's active sessions whose tokens are not known. */
  unknownTokensPercent: 50,
  /** Size of an index. OpenClaw 2026.2.17 to 2026.4.29 rotated it at this size. */
  indexBytes: 10 * MIB,
  /** Size of a write-ahead log. OpenClaw itself recycles it at this size, so something keeps it from recycling a larger one. */
  walBytes: 64 * MIB,
  /**
   * Percentage of OpenClaw's own limits of bytes and of sessions. A store at its limit is normal: OpenClaw puts the oldest
   * sessions away. One that is above it by this much is not kept.
   */
  maintenancePercent: 110,
  /** Growth of checkpoints, trajectories and temporary files within this time, which is looked at in steps. */
  leftovers: { bytes: 1_000_000_000, seconds: DAY, stepSeconds: 10 * MINUTE },
  /** Sessions of one of the kinds that programs start: cron, subagent, hook. */
  programSessions: 200,
  /** A smaller reserve is too little for a compaction, its summary and an answer. */
  compactionReserveTokens: 25_000,
  /** At least as many active sessions whose last run failed, with none whose last run is done. */
  failingSessions: 3,
  /**
   * An index is lost when within these hours the sessions fell to this percentage or less, while orphans appeared, more of
   * them than that percentage of the sessions, or the database fell below that percentage of its size. History is looked at
   * in steps.
   */
  lost: { hours: 24, percent: 50, orphanPercent: 20, databasePercent: 90, stepSeconds: 10 * MINUTE },
  /** Percentage of scrapes within this time. */
  down: { percent: 50, seconds: 10 * MINUTE },
  /** Changes of `up`, or of the start of the exporter, within this time. */
  flapping: { changes: 5, seconds: HOUR },
  /** For so long an exporter that is gone is remembered. */
  historySeconds: DAY,
  /** Age of the last good scan: so many gaps of its schedule, and some seconds for the scan itself. */
  scanAge: { gaps: 2, seconds: MINUTE },
  /** Age of the last good scan where the figures come from a textfile, whose schedule the exporter does not know. */
  textfileSeconds: 2 * HOUR,
  /** Sessions that one description names at most. */
  namedSessions: 3,
} as const;

/**
 * How long the condition of an alert must hold before it fires, in seconds. Each is named by what ends within this time. None
 * is shorter than 10 minutes: Prometheus forgets a shorter one when it restarts (`--rules.alert.for-grace-period`).
 */
export const FOR_SECONDS = {
  /** A short peak, the end of a run with its compaction, a restart of the exporter or of Prometheus. */
  restart: 10 * MINUTE,
  /** An edit of the config, a write that was under way. */
  edit: 15 * MINUTE,
  /** Two starts of the gateway that overlapped. The next run of the session settles what they left. */
  overlap: 30 * MINUTE,
  /** Work on the bindings, a clean-up. */
  work: HOUR,
  /** An upgrade of OpenClaw to SQLite with its migration. */
  upgrade: DAY,
} as const;

/** How long an alert goes on firing after its condition has ended, in seconds. */
export const KEEP_FIRING_SECONDS = {
  /** Longer than a restart of the exporter with its first quick scan. Until then it has no series. */
  restart: 15 * MINUTE,
  /** Longer than a restart of the exporter with its first deep scan. */
  deepScan: 30 * MINUTE,
  /** A pause in a conversation. */
  pause: 4 * HOUR,
  /** From one compaction to the next time that the context is as large, over a night: the saw-tooth is one alert. */
  sawTooth: DAY,
} as const;

/**
 * How long after its last scrape a rule still uses a figure, in seconds: lost scrapes do not start `for` anew. Shorter than
 * every `for`, so a figure that was there for one scrape only never fires.
 */
export const LAST_KNOWN_SECONDS = 5 * MINUTE;

/** The thresholds of one session: the shipped ones of its kind, or its own from the config file. */
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
  /** Only a transcript that is there has bytes. */
  readonly transcript: { readonly state: string; readonly bytes?: number | null };
}

/** The most severe threshold that the session's context is above; null when it is above none. */
export function tokensSeverity({
  thresholds,
  tokens,
  window,
  effectiveWindow,
}: Omit<Measured, 'transcript'>): Severity | null {
  if (tokens === null) return null;
  const { warning, critical } = thresholds.tokens;
  // At the window the next message does not fit. Above the effective window a compaction is overdue.
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

/**
 * Which sessions come first where not all can have series, the lowest number first: findings are cheap to make in a chat, and
 * a thousand of them must not push out a session whose context is full.
 */
export function listingRank(session: Measured, hasFindings: boolean): number {
  if (tokensSeverity(session) === 'critical') return 0;
  if (hasFindings) return 1;
  return isOverThreshold(session) ? 2 : 3;
}

/** A duration in words, in the largest unit that gives a whole number of at least two: `30 minutes`, `24 hours`, `7 days`. */
export function inWords(seconds: number): string {
  const fits = (unit: number) => seconds % unit === 0 && seconds >= 2 * unit;
  if (fits(DAY)) return `${seconds / DAY} days`;
  if (fits(HOUR)) return `${seconds / HOUR} hours`;
  return fits(MINUTE) ? `${seconds / MINUTE} minutes` : `${seconds} seconds`;
}
