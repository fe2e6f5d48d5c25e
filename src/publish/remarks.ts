import type { Finding } from '../model/finding.ts';
import { readableAgents, type Snapshot, type SnapshotSession } from '../model/snapshot.ts';
import { isTranscriptLarge, type Severity, tokensSeverity } from '../thresholds.ts';
import type { AlertOfMoment } from './first-step.ts';
import { firstOf } from './words.ts';

export const ALERT_OF_FINDING = {
  corrupted: 'OpenClawSessionsCorrupted',
  duplicate: 'OpenClawSessionsDuplicate',
  stray: 'OpenClawSessionsStray',
  collision: 'OpenClawSessionCollision',
  stuck: 'OpenClawSessionStuck',
} as const satisfies Record<Finding['finding'], AlertOfMoment>;

/** Why a session is shown. */
export interface Remark {
  readonly text: string;
  /** Whose runbook says what to do about it, also where it does not fire since nobody uses the session. */
  readonly alert: AlertOfMoment;
}

/** Why a session is shown: its findings and the thresholds that it is over. */
export function remarks({ session, findings }: SnapshotSession): Remark[] {
  const severity = tokensSeverity(session);
  return [
    ...findings.map((found) => ({ text: findingInWords(found), alert: ALERT_OF_FINDING[found.finding] })),
    ...(severity === null ? [] : [{ text: tokensRemark(session, severity), alert: alertOfTokens(session, severity) }]),
    ...(isTranscriptLarge(session) ? [{ text: 'large transcript', alert: 'OpenClawTranscriptsLarge' as const }] : []),
  ];
}

export function findingInWords({ finding, reason }: Finding): string {
  return reason === null ? finding : `${finding} (${reason})`;
}

function tokensRemark(session: SnapshotSession['session'], severity: Severity): string {
  return isCompactionOverdue(session) ? 'compaction overdue' : `tokens (${severity})`;
}

/** Its tokens are below its thresholds, and above what its window has room for before a compaction. */
export function isCompactionOverdue(session: SnapshotSession['session']): boolean {
  return tokensSeverity(session) === 'warning' && (session.tokens ?? 0) <= session.thresholds.tokens.warning;
}

/** The most severe one. */
function alertOfTokens(session: SnapshotSession['session'], severity: Severity): AlertOfMoment {
  const { tokens, window } = session;
  const isFull = window !== null && (tokens ?? 0) >= window;
  if (severity === 'critical') return isFull ? 'OpenClawSessionContextFull' : 'OpenClawSessionTokensCritical';
  return isCompactionOverdue(session) ? 'OpenClawCompactionOverdue' : 'OpenClawSessionTokensHigh';
}

const SHOWN_PARTS = 10;
const SHOWN_AGENTS = 10;

/**
 * What is not known of the sessions that were read, as a sentence: those of agents that could not be read are compared with none of
 * them. null: there is nothing of the kind.
 */
export function notCompared(snapshot: Snapshot): string | null {
  const unread = snapshot.agents.filter(({ readable }) => !readable).map(({ agent }) => agent);
  if (unread.length === 0 || readableAgents(snapshot).length === 0) return null;
  return `Whether sessions of the other agents are duplicates of some in ${firstOf(unread, SHOWN_AGENTS)}, or share a transcript with them, is not known.`;
}

/** What is wrong with OpenClaw's config, as a sentence; null: nothing. */
export function configRemark({ configValid, configDropped: parts }: Snapshot): string | null {
  if (configValid) return null;
  if (parts.length === 0) return "openclaw.json cannot be used: the last good one is used, or OpenClaw's defaults.";
  return `Parts of openclaw.json have the wrong shape and count as absent: ${firstOf(parts, SHOWN_PARTS)}.`;
}
