import { corruptedWhen } from './check.ts';

export const windowMissing = corruptedWhen(
  {
    reason: 'window_missing',
    eras: { sqlite: 'quick' },
    meaning: "The session's row has no `session_windows` row of its current transcript.",
  },
  (session) => session.windowMissing,
);
