import { corruptedWhen } from './check.ts';

export const transcriptEmpty = corruptedWhen(
  { reason: 'transcript_empty', eras: { file: 'quick' }, meaning: 'The transcript has 0 bytes.' },
  ({ transcript }) => transcript !== null && transcript.bytes === 0,
);
