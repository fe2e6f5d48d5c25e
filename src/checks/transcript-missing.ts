import type { Session } from '../model/session.ts';
import { corruptedWhen } from './check.ts';

const FINISHED = new Set(['done', 'failed', 'killed', 'timeout']);

/**
 * OpenClaw keeps many entries without a transcript in normal life (route-only mains, labels, a reset, a first turn in
 * flight): only a session that ran must have one.
 */
export const transcriptMissing = corruptedWhen(
  {
    reason: 'transcript_missing',
    eras: { file: 'quick', sqlite: 'quick' },
    meaning:
      'The session ran (file: it has token counts, a finished status or an end time; SQLite: a total or an activity) and its transcript is not there.',
  },
  (session) => session.transcriptState === 'missing' && ran(session),
);

function ran({ era, totalTokens, inputTokens, outputTokens, status, endedMs, ranMs }: Session): boolean {
  // Its row is there before the first event of the first run is.
  if (era === 'sqlite') return (totalTokens ?? 0) > 0 || (ranMs !== null && status !== 'running');
  const counted = [totalTokens, inputTokens, outputTokens].some((count) => count !== null && count > 0);
  return counted || endedMs !== null || (status !== null && FINISHED.has(status));
}
