import { corruptedWhen } from './check.ts';

/** A line that is being written looks the same for a moment. */
const SETTLED_MS = 2 * 60 * 1000;

export const truncated = corruptedWhen(
  {
    reason: 'truncated',
    scan: 'deep',
    meaning: 'The transcript ends in bytes that do not parse, and it was not written for two minutes.',
  },
  ({ transcript }, now) => {
    if (transcript === null || transcript.facts === null) return false;
    return transcript.facts.unfinished && now - transcript.writtenMs > SETTLED_MS;
  },
);
