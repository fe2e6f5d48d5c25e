import type { Finding, Session } from '../model/session.ts';
import { AGE_SECONDS, inWords } from '../thresholds.ts';
import type { Check } from './check.ts';

const YOUNG_MS = AGE_SECONDS.collision * 1000;
const FINDING: Finding = { finding: 'collision', reason: '', expectedAgent: '' };

export const collisions: Check = {
  name: 'collisions',
  finding: 'collision',
  reasons: [''],
  eras: { file: 'quick', sqlite: 'quick' },
  meaning: `Two keys share one transcript, or \`sessionFile\` and \`sessionId\` name different ones (file); two transcripts of one key began within ${inWords(AGE_SECONDS.collisionGap)} of each other, in the last ${inWords(AGE_SECONDS.collision)} (SQLite).`,
  *run({ sessions, now }) {
    const shared = sharedTranscripts(sessions);
    for (const session of sessions) {
      const isTwin = session.twinMs !== null && now - session.twinMs < YOUNG_MS && session.kind !== 'cron';
      if (session.twoTranscripts || isTwin || shared.has(session)) yield { session, finding: FINDING };
    }
  },
};

function sharedTranscripts(sessions: readonly Session[]): Set<Session> {
  const byPath = Map.groupBy(
    sessions.filter(({ transcriptPath }) => transcriptPath !== null),
    ({ transcriptPath }) => transcriptPath,
  );
  const sharing = [...byPath.values()].filter((users) => new Set(users.map(owner)).size > 1);
  return new Set(sharing.flat());
}

/** A cron job and its runs share a transcript, and two keys of one conversation are a finding of their own. */
function owner({ agent, key, kind, identity }: Session): string {
  return `${agent} ${identity ?? (kind === 'cron' ? key.replace(/:run:[^:]*$/, '') : key)}`;
}
