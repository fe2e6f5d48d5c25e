import type { Finding } from '../model/finding.ts';
import type { Session } from '../model/session.ts';
import { foundTranscript } from '../model/transcript.ts';
import { AGE_SECONDS, inWords } from '../thresholds.ts';
import { alike } from './alike.ts';
import type { Check } from './check.ts';

const YOUNG_MS = AGE_SECONDS.collision * 1000;
const FINDING: Finding = { finding: 'collision', reason: null, expectedAgent: null };

export const collisions: Check = {
  name: 'collisions',
  finding: 'collision',
  reasons: [null],
  eras: { file: 'quick', sqlite: 'quick' },
  brief: 'two sessions share one transcript',
  meaning: `Two keys share one transcript, or \`sessionFile\` and \`sessionId\` name different ones (file); two transcripts of one key began within ${inWords(AGE_SECONDS.collisionGap)} of each other, in the last ${inWords(AGE_SECONDS.collision)} (SQLite).`,
  *run({ sessions, now }) {
    const shared = sharedTranscripts(sessions);
    for (const session of sessions) {
      const hasTwo = session.flaws.includes('two_transcripts') || beganTogether(session, now);
      if (hasTwo || shared.has(session)) yield { session, finding: FINDING };
    }
  },
  changesAtMs: ({ simultaneousStartMs }) =>
    simultaneousStartMs === null ? null : Math.ceil(simultaneousStartMs + YOUNG_MS),
};

/** Two windows of one key are two writers, unless they are runs of a job, of which two may begin at once. */
function beganTogether({ simultaneousStartMs, kind }: Session, now: number): boolean {
  return simultaneousStartMs !== null && now - simultaneousStartMs < YOUNG_MS && kind !== 'cron';
}

function sharedTranscripts(sessions: readonly Session[]): Set<Session> {
  const sharing = alike(sessions, pathOf).filter((users) => new Set(users.map(owner)).size > 1);
  return new Set(sharing.flat());
}

function pathOf(session: Session): string | null {
  return foundTranscript(session)?.path ?? null;
}

/** A cron job and its runs share a transcript, and two keys of one conversation are a finding of their own. */
function owner({ agent, key, kind, canonicalKey }: Session): string {
  return `${agent} ${canonicalKey ?? (kind === 'cron' ? key.replace(/:run:[^:]*$/, '') : key)}`;
}
