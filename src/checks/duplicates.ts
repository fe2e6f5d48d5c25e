import type { Finding } from '../model/finding.ts';
import type { Session } from '../model/session.ts';
import { sameAccount, sameId } from '../routing/same-conversation.ts';
import { alike } from './alike.ts';
import type { Check } from './check.ts';

export const duplicates: Check = {
  name: 'duplicates',
  finding: 'duplicate',
  reasons: ['cross_agent', 'alias'],
  eras: { file: 'quick', sqlite: 'quick' },
  brief: 'one peer has sessions in two agents, or two keys',
  meaning:
    'One peer has sessions in two or more agents, and neither `broadcast` nor a topic of its own asks for it (`cross_agent`), or one agent holds two keys for the same conversation (`alias`).',
  *run({ sessions }) {
    for (const same of alike(sessions, ({ canonicalKey }) => canonicalKey)) {
      // One by one: two accounts that are known are two conversations, and an unknown one can be either.
      const others = compared(same);
      for (const session of same) {
        const isTwin = (other: Session) => other !== session && isSame(session, other);
        const isElsewhere = (other: Session) => other.agent !== session.agent && !areBothAsked(session, other);
        if (others.some((other) => isElsewhere(other) && isTwin(other)))
          yield { session, finding: duplicate('cross_agent', session.placement.agent) };
        if (others.some((other) => other.agent === session.agent && isTwin(other)))
          yield { session, finding: duplicate('alias', null) };
      }
    }
  },
};

/** With how many of one conversation each is compared. People have two or three; 60,000 took minutes, each with each. */
const MOST_COMPARED = 1000;

/** All of them; of very many, those that differ in agent or account come first. */
function compared(same: readonly Session[]): readonly Session[] {
  if (same.length <= MOST_COMPARED) return same;
  const first = new Map(
    same.map((session) => [JSON.stringify([session.agent, String(session.placement.conversation?.account)]), session]),
  );
  return [...new Set([...first.values(), ...same])].slice(0, MOST_COMPARED);
}

/** Keys without a channel (the agent's main session) have no account to differ by. */
function isSame(one: Session, other: Session): boolean {
  const [here, there] = [one.placement.conversation, other.placement.conversation];
  if (here === null || there === null) return here === there;
  // Two keys of one agent that differ in letter case are two where ids have one.
  return sameAccount(here.account, there.account) && sameId(here, there, one.agent === other.agent);
}

/** Both agents have the conversation because the config says so. */
function areBothAsked(one: Session, other: Session): boolean {
  const asked = [...one.placement.alsoTo, one.placement.agent];
  return asked.includes(one.agent) && asked.includes(other.agent);
}

function duplicate(reason: string, expectedAgent: string | null): Finding {
  return { finding: 'duplicate', reason, expectedAgent };
}
