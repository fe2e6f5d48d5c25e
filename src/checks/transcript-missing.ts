import type { Session } from '../store/session.ts';
import { corruptedWhen } from './check.ts';

const FINISHED = new Set(['done', 'failed', 'killed', 'timeout']);

/**
 * OpenClaw keeps many entries without a transcript in normal life (route-only mains, labels, a reset, a first turn in
 * flight): only a session that ran must have one.
 */
export const transcriptMissing = corruptedWhen(
  {
    reason: 'transcript_missing',
    scan: 'quick',
    meaning: 'The session ran (it has token counts, a finished status or an end time) and its transcript is not there.',
  },
  (session) => session.transcriptState === 'missing' && ran(session),
);

function ran({ totalTokens, inputTokens, outputTokens, status, endedMs }: Session): boolean {
  const counted = [totalTokens, inputTokens, outputTokens].some((count) => count !== null && count > 0);
  return counted || endedMs !== null || (status !== null && FINISHED.has(status));
}
