import { AGE_SECONDS, inWords } from '../thresholds.ts';
import { corruptedWhen } from './check.ts';
import { isSettled } from './settled.ts';

export const truncated = corruptedWhen(
  {
    reason: 'truncated',
    eras: { file: 'deep' },
    meaning: `The transcript ends in bytes that do not parse, and nothing was written to it for ${inWords(AGE_SECONDS.settled)}.`,
  },
  ({ transcript }, now) => {
    if (transcript === null || transcript.facts === null) return false;
    return transcript.facts.unfinished && isSettled(transcript, now);
  },
);
