import { BEFORE_ALL, readEvents } from './events.ts';
import type { FilesSeen, KnownTranscript, Read, Renewal } from './transcripts.ts';
import { BYTES_A_SLICE, tallyOf } from './validation.ts';

/** How long what was validated is believed, in a database that is written to. */
export const BELIEVED_MS = 86_400_000;

/**
 * Parses anew what was validated before: of all bytes the given share, the longest ago first, and all that was validated
 * more than a day ago. A change that leaves the sizes as they were shows nowhere else. Yields the bytes of each slice.
 */
export function* renewValidation(
  read: Read,
  known: Map<string, KnownTranscript>,
  seen: FilesSeen,
  share: number,
): Generator<number> {
  let left = share * [...known.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  const due = [...known.values()]
    .filter((transcript) => isValidated(transcript) && transcript.seen.signature !== seen.signature)
    .sort((a, b) => Number(b.renewal !== null) - Number(a.renewal !== null) || a.seen.steadyMs - b.seen.steadyMs);
  for (const transcript of due) {
    const isOverdue = seen.steadyMs - transcript.seen.steadyMs >= BELIEVED_MS;
    for (let isDone = false; !isDone && (isOverdue || left > 0); ) {
      const before = known.get(transcript.sessionId);
      // A quick scan found it gone, grown or rewritten meanwhile: what is new comes first.
      if (before === undefined || !isValidated(before)) break;
      const from = before.renewal ?? { seen, seq: BEFORE_ALL, badEvents: 0, oversizedEvents: 0 };
      const budget = isOverdue ? BYTES_A_SLICE : Math.min(BYTES_A_SLICE, left);
      const tally = read((database, schema) =>
        tallyOf(readEvents(database, schema, { sessionId: before.sessionId, after: from.seq }, budget)),
      );
      const renewal = {
        seen: from.seen,
        seq: tally.lastSeq ?? before.validatedSeq,
        badEvents: from.badEvents + tally.badEvents,
        oversizedEvents: from.oversizedEvents + tally.oversizedEvents,
      };
      isDone = renewal.seq >= before.validatedSeq;
      known.set(before.sessionId, isDone ? renewed(before, renewal) : { ...before, renewal });
      left -= tally.bytes;
      yield tally.bytes;
    }
  }
}

function isValidated({ validatedSeq, lastSeq }: KnownTranscript): boolean {
  return validatedSeq >= lastSeq;
}

function renewed(before: KnownTranscript, { seen, seq, badEvents, oversizedEvents }: Renewal): KnownTranscript {
  // The last usage may have been one of those that do not parse, or parse again.
  const usage = badEvents === before.badEvents ? before.usage : null;
  return { ...before, seen, validatedSeq: seq, badEvents, oversizedEvents, usage, renewal: null };
}
