import type { CheckOutcome } from '../../checks/run.ts';
import { BLIND_PROBLEMS } from '../../model/problem.ts';
import { readableAgents, type Snapshot } from '../../model/snapshot.ts';
import { isTranscriptLarge, tokensSeverity } from '../../thresholds.ts';

const HEALTHY = 0;
const WARNINGS = 1;
const CRITICAL = 2;

/** The exit code of a scan that could look: as severe as the most severe alert that the figures would raise. */
export function judge(snapshot: Snapshot, checks: readonly CheckOutcome[]): number {
  const { agents, configValid } = snapshot;
  const sessions = readableAgents(snapshot).flatMap((agent) => agent.sessions);
  const severities = sessions.map(({ session }) => tokensSeverity(session));
  const problems = agents.flatMap((agent) => agent.problems);
  const isDamaged = problems.some((problem) => !BLIND_PROBLEMS.includes(problem));
  if (isDamaged || severities.includes('critical')) return CRITICAL;
  const noteworthy = sessions.some(({ session, findings }) => findings.length > 0 || isTranscriptLarge(session));
  const uncertain = problems.length > 0 || !configValid || checks.some(({ success }) => !success);
  return noteworthy || uncertain || severities.includes('warning') ? WARNINGS : HEALTHY;
}
