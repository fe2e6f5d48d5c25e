import { corruptedWhen } from './check.ts';

/** In a database OpenClaw goes by the row, so its transcript is the one that counts. */
export const idMismatch = corruptedWhen(
  {
    reason: 'id_mismatch',
    eras: { file: 'deep', sqlite: 'quick' },
    meaning: "The entry names another session id than the transcript's header (file) or its own row (SQLite).",
  },
  ({ sessionId, idDiffers, transcript }) => {
    const header = transcript?.facts?.header ?? null;
    return idDiffers || (header !== null && sessionId !== null && header.id !== sessionId);
  },
);
