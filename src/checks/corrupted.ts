import type { Flaw, Session } from '../model/session.ts';
import { foundTranscript } from '../model/transcript.ts';
import { hasEnded } from '../openclaw/run-status.ts';
import { AGE_SECONDS, inWords } from '../thresholds.ts';
import type { Check } from './check.ts';

/** One reason for which a session is corrupted: judged for each session by itself, in the eras that it names. */
interface Reason extends Pick<Check, 'eras' | 'brief' | 'meaning'> {
  readonly reason: string;
  readonly holds: (session: Session, now: number) => boolean;
  /** As of a check. */
  readonly changesAtMs?: (session: Session) => number | null;
}

const REASONS: readonly Reason[] = [
  {
    reason: 'entry_invalid',
    eras: { file: 'quick', sqlite: 'quick' },
    brief: 'the entry is no object, or leads out of the store',
    meaning:
      'The entry is no object, or (file) its `sessionFile` or `sessionId` leads out of the state directory and is not followed.',
    holds: hasAny('entry_not_object', 'leads_out'),
  },
  {
    reason: 'transcript_path_null',
    eras: { file: 'quick' },
    brief: 'nothing names a transcript',
    meaning: '`sessionFile` or `transcriptPath` is null, or neither they nor `sessionId` name a transcript.',
    holds: hasAny('path_null'),
  },
  {
    reason: 'transcript_missing',
    eras: { file: 'quick', sqlite: 'quick' },
    brief: 'the session ran, and its transcript is gone',
    meaning:
      'The session ran (file: it has token counts, a finished status or an end time; SQLite: a total or an activity) and its transcript is not there.',
    holds: (session) => session.transcript.state === 'missing' && hasRun(session),
  },
  {
    reason: 'transcript_empty',
    eras: { file: 'quick' },
    brief: 'the transcript has 0 bytes',
    meaning: 'The transcript has 0 bytes.',
    holds: (session) => foundTranscript(session)?.bytes === 0,
  },
  {
    reason: 'header_invalid',
    eras: { file: 'deep' },
    brief: 'the transcript begins without its header',
    meaning: 'The first record that parses is no session header, or none parses in a transcript that is not empty.',
    holds: isHeaderInvalid,
    changesAtMs: settledFromMs,
  },
  {
    // In a database OpenClaw goes by the row, so its transcript is the one that counts.
    reason: 'id_mismatch',
    eras: { file: 'deep', sqlite: 'quick' },
    brief: 'entry and transcript differ in their id',
    meaning: "The entry names another session id than the transcript's header (file) or its own row (SQLite).",
    holds: hasAny('id_differs'),
  },
  {
    reason: 'invalid_json',
    eras: { file: 'deep', sqlite: 'deep' },
    brief: 'a line of the transcript does not parse',
    meaning: 'A whole line (an event, in SQLite) of the transcript does not parse.',
    holds: (session) => (foundTranscript(session)?.badRecords ?? 0) > 0,
  },
  {
    reason: 'truncated',
    eras: { file: 'deep' },
    brief: 'the transcript ends in half a line',
    meaning: `The transcript ends in bytes that do not parse, and nothing was written to it for ${inWords(AGE_SECONDS.settled)}.`,
    holds: (session, now) => session.flaws.includes('unfinished') && isSettled(session, now),
    changesAtMs: settledFromMs,
  },
  {
    reason: 'window_missing',
    eras: { sqlite: 'quick' },
    brief: 'its row of session_windows is not there (SQLite)',
    meaning: "The session's row has no `session_windows` row of its current transcript.",
    holds: hasAny('window_missing'),
  },
];

/** A check for each reason, so that each can be turned off by itself. */
export const CORRUPTED: readonly Check[] = REASONS.map(({ reason, eras, brief, meaning, holds, changesAtMs }) => ({
  name: reason,
  finding: 'corrupted',
  reasons: [reason],
  eras,
  brief,
  meaning,
  *run({ sessions, now }) {
    for (const session of sessions) {
      if (eras[session.era] === undefined || !holds(session, now)) continue;
      yield { session, finding: { finding: 'corrupted', reason, expectedAgent: null } };
    }
  },
  ...(changesAtMs === undefined ? {} : { changesAtMs }),
}));

function hasAny(...flaws: readonly Flaw[]): Reason['holds'] {
  return (session) => flaws.some((flaw) => session.flaws.includes(flaw));
}

/**
 * OpenClaw keeps many entries without a transcript in normal life (route-only mains, labels, a reset, a first turn in
 * flight): only a session that ran must have one.
 */
function hasRun({ era, totalTokens, inputTokens, outputTokens, status, endedMs, ranMs }: Session): boolean {
  // Its row is there before the first event of the first run is.
  if (era === 'sqlite') return (totalTokens ?? 0) > 0 || (ranMs !== null && status !== 'running');
  const counted = [totalTokens, inputTokens, outputTokens].some((count) => count !== null && count > 0);
  return counted || endedMs !== null || hasEnded(status);
}

/** A transcript without any record is bad only when the very first line is not just being written. */
function isHeaderInvalid(session: Session, now: number): boolean {
  const { flaws } = session;
  return flaws.includes('header_missing') || (flaws.includes('no_record') && isSettled(session, now));
}

const SETTLED_MS = AGE_SECONDS.settled * 1000;

/** Whether nothing is being written to the transcript any more: a line that is looks like damage for a moment. */
function isSettled(session: Session, now: number): boolean {
  const writtenMs = foundTranscript(session)?.writtenMs ?? null;
  return writtenMs !== null && now - writtenMs > SETTLED_MS;
}

function settledFromMs(session: Session): number | null {
  const { flaws } = session;
  const writtenMs = foundTranscript(session)?.writtenMs ?? null;
  const isWaiting = flaws.includes('unfinished') || flaws.includes('no_record');
  return writtenMs === null || !isWaiting ? null : Math.floor(writtenMs + SETTLED_MS) + 1;
}
