import { corruptedWhen } from './check.ts';

export const entryInvalid = corruptedWhen(
  {
    reason: 'entry_invalid',
    eras: { file: 'quick', sqlite: 'quick' },
    meaning:
      'The entry is no object, or (file) its `sessionFile` or `sessionId` leads out of the state directory and is not followed.',
  },
  ({ broken, leadsOut }) => broken || leadsOut,
);
