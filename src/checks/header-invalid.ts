import { corruptedWhen } from './check.ts';

export const headerInvalid = corruptedWhen(
  {
    reason: 'header_invalid',
    scan: 'deep',
    meaning: 'The first record that parses is no session header, or none parses in a transcript that is not empty.',
  },
  ({ transcript }) => {
    const facts = transcript?.facts ?? null;
    if (transcript === null || facts === null || transcript.bytes === 0) return false;
    return facts.header === null;
  },
);
