import { corruptedWhen } from './check.ts';

export const invalidJson = corruptedWhen(
  {
    reason: 'invalid_json',
    eras: { file: 'deep', sqlite: 'deep' },
    meaning: 'A whole line (an event, in SQLite) of the transcript does not parse.',
  },
  ({ transcript }) => (transcript?.badRecords ?? 0) > 0,
);
