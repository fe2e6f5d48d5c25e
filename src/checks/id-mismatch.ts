import { corruptedWhen } from './check.ts';

export const idMismatch = corruptedWhen(
  { reason: 'id_mismatch', scan: 'deep', meaning: "The transcript's header names another session id than the entry." },
  ({ sessionId, transcript }) => {
    const header = transcript?.facts?.header ?? null;
    return header !== null && sessionId !== null && header.id !== sessionId;
  },
);
