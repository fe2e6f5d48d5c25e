import { corruptedWhen } from './check.ts';

export const entryInvalid = corruptedWhen(
  {
    reason: 'entry_invalid',
    scan: 'quick',
    meaning:
      'The entry is no object, or its `sessionFile` or `sessionId` leads out of the state directory (it is not followed).',
  },
  ({ broken, leadsOut }) => broken || leadsOut,
);
