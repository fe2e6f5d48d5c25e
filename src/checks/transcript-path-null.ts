import { corruptedWhen } from './check.ts';

export const transcriptPathNull = corruptedWhen(
  {
    reason: 'transcript_path_null',
    eras: { file: 'quick' },
    meaning: '`sessionFile` or `transcriptPath` is null, or neither they nor `sessionId` name a transcript.',
  },
  ({ pathNull }) => pathNull,
);
