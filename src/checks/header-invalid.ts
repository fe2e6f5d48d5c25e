import { corruptedWhen } from './check.ts';
import { isSettled } from './settled.ts';

export const headerInvalid = corruptedWhen(
  {
    reason: 'header_invalid',
    eras: { file: 'deep' },
    meaning: 'The first record that parses is no session header, or none parses in a transcript that is not empty.',
  },
  ({ transcript }, now) => {
    const facts = transcript?.facts ?? null;
    if (transcript === null || facts === null || transcript.bytes === 0) return false;
    // The header may be in what was not judged.
    if (facts.header === null && facts.oversizedRecords > 0) return false;
    // The very first line is still being written.
    if (facts.records === 0 && facts.badLines === 0 && !isSettled(transcript, now)) return false;
    return facts.header === null;
  },
);
