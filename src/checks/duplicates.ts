import type { Fact } from '../model/conversation.ts';
import type { Finding } from '../model/finding.ts';
import type { Session } from '../model/session.ts';
import { type PeerId, peerIdOf, sameAccount, sameId } from '../routing/same-conversation.ts';
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
      const all = same.map(comparable);
      const others = compared(all);
      for (const one of all) {
        const { session } = one;
        const isElsewhere = (other: Compared) =>
          other.session.agent !== session.agent && isSame(one, other) && !areBothAsked(session, other.session);
        const isAlias = (other: Compared) =>
          other.session.agent === session.agent && other !== one && isSame(one, other);
        if (others.some(isElsewhere)) yield { session, finding: duplicate('cross_agent', session.placement.agent) };
        if (others.some(isAlias)) yield { session, finding: duplicate('alias', null) };
      }
    }
  },
};

/** A session, and what tells it from others of the same canonical key; null: its key has no channel, and nothing does. */
interface Compared {
  readonly session: Session;
  readonly account: Fact<string>;
  readonly peer: PeerId | null;
}

function comparable(session: Session): Compared {
  const { conversation } = session.placement;
  if (conversation === null) return { session, account: null, peer: null };
  return { session, account: conversation.account, peer: peerIdOf(conversation) };
}

/** With how many of one conversation each is compared. People have two or three; 60,000 took minutes, each with each. */
const MOST_COMPARED = 1000;

/** All of them; of very many, those that differ in agent or account come first. */
function compared(same: readonly Compared[]): readonly Compared[] {
  if (same.length <= MOST_COMPARED) return same;
  const first = new Map(same.map((one) => [JSON.stringify([one.session.agent, String(one.account)]), one]));
  return [...new Set([...first.values(), ...same])].slice(0, MOST_COMPARED);
}

/** Keys without a channel (the agent's main session) have no account to differ by. */
function isSame(one: Compared, other: Compared): boolean {
  if (one.peer === null || other.peer === null) return one.peer === other.peer;
  // Two keys of one agent that differ in letter case are two where ids have one.
  return (
    sameAccount(one.account, other.account) && sameId(one.peer, other.peer, one.session.agent === other.session.agent)
  );
}

/** Both agents have the conversation because the config says so. */
function areBothAsked({ agent: one, placement: { agent, alsoTo } }: Session, { agent: other }: Session): boolean {
  return (agent === one || alsoTo.includes(one)) && (agent === other || alsoTo.includes(other));
}

function duplicate(reason: string, expectedAgent: string | null): Finding {
  return { finding: 'duplicate', reason, expectedAgent };
}
