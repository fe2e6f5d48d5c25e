import type { SnapshotSession } from '../model/snapshot.ts';
import { isTranscriptLarge, tokensSeverity } from '../thresholds.ts';

/** Why a session is shown: its findings and the thresholds that it is over. */
export function remarks({ session, findings }: SnapshotSession): string[] {
  const severity = tokensSeverity(session);
  return [
    ...findings.map(({ finding, reason }) => (reason === null ? finding : `${finding} (${reason})`)),
    ...(severity === null ? [] : [`tokens (${severity})`]),
    ...(isTranscriptLarge(session) ? ['large transcript'] : []),
  ];
}
