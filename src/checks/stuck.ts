import type { Finding } from '../model/finding.ts';
import { lastWriteMs, type Session } from '../model/session.ts';
import { AGE_SECONDS, inWords } from '../thresholds.ts';
import type { Check } from './check.ts';

const SILENT_MS = AGE_SECONDS.stuck * 1000;
const FINDING: Finding = { finding: 'stuck', reason: null, expectedAgent: null };

/** A run that never ended: OpenClaw 2026.4.15 and later store `running` when one begins, and a crash leaves it there. */
export const stuck: Check = {
  name: 'stuck',
  finding: 'stuck',
  reasons: [null],
  eras: { file: 'quick', sqlite: 'quick' },
  brief: 'a run is stored as running, and nothing happens',
  meaning: `The last run is stored as running, and nothing was stored for the session or its transcript for ${inWords(AGE_SECONDS.stuck)}.`,
  *run({ sessions, now }) {
    for (const session of sessions) if (isStuck(session, now)) yield { session, finding: FINDING };
  },
  changesAtMs(session) {
    const last = session.status === 'running' ? lastWriteMs(session) : null;
    return last === null ? null : Math.floor(last + SILENT_MS) + 1;
  },
};

function isStuck(session: Session, now: number): boolean {
  if (session.status !== 'running') return false;
  const last = lastWriteMs(session) ?? 0;
  return last > 0 && now - last > SILENT_MS;
}
