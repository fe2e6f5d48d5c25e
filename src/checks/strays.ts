import type { Finding } from '../model/finding.ts';
import { isBrokenEntry, type Session } from '../model/session.ts';
import type { Check } from './check.ts';

export const strays: Check = {
  name: 'strays',
  finding: 'stray',
  reasons: ['binding', 'unlisted_agent', 'wrong_store'],
  eras: { file: 'quick', sqlite: 'quick' },
  brief: 'another agent would get this session today',
  meaning:
    'The session is not where it would be made today: the bindings choose another agent (`binding`), its agent is not in a config that lists agents (`unlisted_agent`), or its key names another agent than its store (`wrong_store`).',
  *run({ sessions, listedAgents }) {
    for (const session of sessions) {
      for (const finding of straysOf(session, listedAgents)) yield { session, finding };
    }
  },
};

function straysOf(session: Session, listedAgents: readonly string[]): Finding[] {
  // It is corrupted, and nothing else is known of it.
  if (isBrokenEntry(session)) return [];
  const { agent, keyAgent, shared, placement } = session;
  const isUnlisted = listedAgents.length > 0 && !listedAgents.includes(agent);
  const chosen = placement.agent;
  const isElsewhere = chosen !== null && chosen !== agent && !placement.alsoTo.includes(agent);
  return [
    ...(isElsewhere ? [stray('binding', chosen)] : []),
    ...(isUnlisted ? [stray('unlisted_agent', null)] : []),
    // In a store that agents share every key is at home.
    ...(keyAgent !== null && keyAgent !== agent && !shared ? [stray('wrong_store', keyAgent)] : []),
  ];
}

function stray(reason: string, expectedAgent: string | null): Finding {
  return { finding: 'stray', reason, expectedAgent };
}
