import type { CheckOutcome } from '../checks/run.ts';
import type { Snapshot } from '../store/snapshot.ts';
import { isTranscriptLarge, tokensSeverity } from '../thresholds.ts';

const HEALTHY = 0;
const WARNINGS = 1;
const CRITICAL = 2;

/** The exit code of a scan that could look: as severe as the most severe alert that the figures would raise. */
export function judge({ agents, configValid }: Snapshot, checks: readonly CheckOutcome[]): number {
  const sessions = agents.flatMap((agent) => agent.sessions);
  const severities = sessions.map(({ session }) => tokensSeverity(session));
  if (agents.some(({ problems }) => problems.length > 0) || severities.includes('critical')) return CRITICAL;
  const noteworthy = sessions.some(({ session, findings }) => findings.length > 0 || isTranscriptLarge(session));
  const uncertain = !configValid || checks.some(({ success }) => !success);
  return noteworthy || uncertain || severities.includes('warning') ? WARNINGS : HEALTHY;
}
