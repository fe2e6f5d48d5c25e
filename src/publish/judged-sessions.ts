import { FINDINGS, type Finding } from '../model/finding.ts';
import type { ReadableAgent, SnapshotSession } from '../model/snapshot.ts';
import type { AgentSettings } from '../openclaw/agent-settings.ts';
import {
  ALERT_THRESHOLDS,
  IDLE_SECONDS,
  inWords,
  isTranscriptLarge,
  SEVERITIES,
  type Severity,
  tokensSeverity,
} from '../thresholds.ts';
import type { AlertOfMoment } from './first-step.ts';
import { ALERT_OF_FINDING, remarks } from './remarks.ts';

// What the rules make of single sessions. The verdicts, the status page, the table and `--explain` judge by this.

/** An alert about sessions. */
export interface SessionAlert {
  readonly alert: AlertOfMoment;
  readonly severity: Severity;
  /** It leaves out sessions that nobody used for longer. */
  readonly idleSeconds: number;
  /** As it goes on after a number of sessions. */
  readonly what: string;
  /** Whatever its last activity is. */
  readonly holds: (published: SnapshotSession, settings: AgentSettings) => boolean;
}

const WHAT_OF_FINDING = {
  corrupted: 'corrupted',
  duplicate: 'duplicated',
  stray: 'stray',
  collision: 'in a collision',
  stuck: 'stuck',
} as const satisfies Record<Finding['finding'], string>;

/** In the order of their severity. */
export const SESSION_ALERTS: readonly SessionAlert[] = [
  {
    alert: 'OpenClawSessionContextFull',
    severity: 'critical',
    idleSeconds: IDLE_SECONDS.critical,
    what: 'with a full context',
    holds: ({ session: { tokens, window } }) => tokens !== null && window !== null && tokens >= window,
  },
  {
    alert: 'OpenClawSessionTokensCritical',
    severity: 'critical',
    idleSeconds: IDLE_SECONDS.critical,
    what: 'above the critical threshold of tokens',
    holds: ({ session }) => isAbove(session.tokens, session.thresholds.tokens.critical),
  },
  {
    alert: 'OpenClawCompactionOverdue',
    severity: 'warning',
    idleSeconds: IDLE_SECONDS.warning,
    what: 'whose compaction is overdue',
    holds: ({ session: { tokens, window, effectiveWindow } }, { compactionMode }) => {
      if (compactionMode !== 'off') return isAbove(tokens, effectiveWindow);
      return isAbove(tokens, window === null ? null : (window * ALERT_THRESHOLDS.windowPercent) / 100);
    },
  },
  {
    alert: 'OpenClawSessionTokensHigh',
    severity: 'warning',
    idleSeconds: IDLE_SECONDS.warning,
    what: 'above the warning threshold of tokens',
    holds: ({ session }) => isAbove(session.tokens, session.thresholds.tokens.warning),
  },
  {
    alert: 'OpenClawTranscriptsLarge',
    severity: 'warning',
    idleSeconds: IDLE_SECONDS.warning,
    what: 'with a large transcript',
    holds: ({ session }) => isTranscriptLarge(session),
  },
  ...FINDINGS.map(
    (name): SessionAlert => ({
      alert: ALERT_OF_FINDING[name],
      severity: 'warning',
      idleSeconds: IDLE_SECONDS.finding,
      what: WHAT_OF_FINDING[name],
      holds: ({ findings }) => findings.some(({ finding }) => finding === name),
    }),
  ),
];

function isAbove(tokens: number | null, limit: number | null): boolean {
  return tokens !== null && limit !== null && tokens > limit;
}

/** Whether it was used lately. One without a known activity is in use, as for the rules. */
export function isUsed({ session }: SnapshotSession, idleSeconds: number, nowMs: number): boolean {
  return nowMs - (session.lastActivityMs ?? nowMs) <= idleSeconds * 1000;
}

/** A session with what the rules make of it. */
export interface JudgedSession {
  readonly agent: ReadableAgent;
  readonly published: SnapshotSession;
  /** The alerts that it is part of, the most severe first. */
  readonly alerts: readonly SessionAlert[];
  /** As severe as these; null: there are none. */
  readonly severity: Severity | null;
  /** Why it raises less than its figures say, as "no page, since …"; null: it does not. */
  readonly rests: string | null;
}

export function judged(agent: ReadableAgent, published: SnapshotSession, nowMs: number): JudgedSession {
  const holding = SESSION_ALERTS.filter(({ holds }) => holds(published, agent.settings));
  const alerts = holding.filter(({ idleSeconds }) => isUsed(published, idleSeconds, nowMs));
  const severity = mostSevere(alerts);
  return { agent, published, alerts, severity, rests: restOf(holding, severity) };
}

function restOf(holding: readonly SessionAlert[], severity: Severity | null): string | null {
  if (severity === mostSevere(holding)) return null;
  if (severity !== null) return `no page, since nobody used it for ${inWords(IDLE_SECONDS.critical)}`;
  return `no alert, since nobody used it for ${inWords(Math.max(...holding.map(({ idleSeconds }) => idleSeconds)))}`;
}

function mostSevere(alerts: readonly SessionAlert[]): Severity | null {
  return SEVERITIES.findLast((each) => alerts.some(({ severity }) => severity === each)) ?? null;
}

/** Why it is shown, and why that raises less than it says. */
export function whyShown({ published, rests }: JudgedSession): string[] {
  return [...remarks(published).map(({ text }) => text), ...(rests === null ? [] : [rests])];
}

/** A judged session in its place among others. */
export interface RankedSession extends JudgedSession {
  /** It has a finding, or is over a threshold. */
  readonly needsLook: boolean;
}

/** Sessions of these agents, the worst first, and of those that are as bad the fullest. `most`: the others are not made. */
export function rankedSessions(
  agents: readonly ReadableAgent[],
  nowMs: number,
  most = Number.POSITIVE_INFINITY,
): RankedSession[] {
  let ranked: Ranked[] = [];
  for (const agent of agents) {
    for (const published of agent.sessions) {
      const one = judged(agent, published, nowMs);
      ranked.push({ one, rank: rankOf(one, nowMs), fullness: fullnessOf(published) ?? -1 });
      if (ranked.length >= 2 * most) ranked = worst(ranked, most);
    }
  }
  return worst(ranked, most).map(({ one, rank }) => ({ ...one, needsLook: rank < QUIET }));
}

interface Ranked {
  readonly one: JudgedSession;
  readonly rank: number;
  readonly fullness: number;
}

function worst(ranked: readonly Ranked[], most: number): Ranked[] {
  return ranked.toSorted((one, other) => one.rank - other.rank || other.fullness - one.fullness).slice(0, most);
}

const LARGE = 3;
const RESTING = 4;
const QUIET = 5;

/** What fails now, then what is broken, then what will fail; then what nobody uses. */
function rankOf({ published, severity }: JudgedSession, nowMs: number): number {
  if (severity === 'critical') return 0;
  if (published.findings.length > 0 && isUsed(published, IDLE_SECONDS.finding, nowMs)) return 1;
  if (severity === 'warning') return tokensSeverity(published.session) === null ? LARGE : 2;
  return remarks(published).length > 0 ? RESTING : QUIET;
}

/** The window, where the model's is known; else its critical threshold. */
export function limitOf({ window, thresholds }: SnapshotSession['session']): number {
  return window === null || window <= 0 ? thresholds.tokens.critical : window;
}

function fullnessOf({ session }: SnapshotSession): number | null {
  return session.tokens === null ? null : session.tokens / limitOf(session);
}
