import { corruptedWhen } from './check.ts';

export const invalidJson = corruptedWhen(
  { reason: 'invalid_json', scan: 'deep', meaning: 'A whole line of the transcript does not parse.' },
  ({ transcript }) => (transcript?.facts?.badLines ?? 0) > 0,
);
