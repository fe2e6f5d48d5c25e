/**
 * Whether two sessions are of one conversation, although their keys differ: their canonical keys are equal, and neither
 * account nor id tells them apart.
 */
import { type Fact, type SessionConversation, UNKNOWN } from '../model/conversation.ts';
import type { RoutingConfig } from '../openclaw/config/routing.ts';
import type { ParsedKey } from '../openclaw/keys.ts';
import { linkOfId } from './identity-links.ts';
import { hasCaselessIds } from './session-conversation.ts';

/**
 * What is equal for all keys of one conversation: `dm` and `direct`, letter case where ids have none, the name of an
 * identity link and its peer; and of an agent's main session: `main` and `agent:<id>:main`. null: any other key. Accounts
 * and the letter case of ids are not in it, since they are not always known: `sameAccount` and `sameId` compare them.
 */
export function canonicalKey(
  key: ParsedKey,
  agent: string,
  conversation: SessionConversation | null,
  config: RoutingConfig | null,
): string | null {
  if (conversation !== null && config !== null) return canonicalConversation(conversation, config);
  if (key.isMain && (key.agent === null || key.agent === agent)) return `main of ${agent}`;
  const named = key.conversation;
  if (named === null || named.channel !== null) return null;
  // A peer without a channel (dmScope `per-peer`): of one agent, since two can mean two people.
  return JSON.stringify([agent, named.kind === 'direct' ? 'direct' : 'group', named.id, named.thread]);
}

function canonicalConversation({ channel, peer, thread }: SessionConversation, config: RoutingConfig): string {
  const id = peer.id.toLowerCase();
  const kind = peer.kind === 'direct' ? 'direct' : 'group';
  // Old versions wrote the thread of a direct chat of Telegram without the chat in front.
  const ofThread = channel === 'telegram' && kind === 'direct' ? (thread?.split(':').at(-1) ?? null) : thread;
  const link = kind === 'direct' ? linkOfId(id, channel, config.identityLinks) : null;
  return JSON.stringify([channel, kind, link ?? id, ofThread]);
}

/** Two accounts that are known are two conversations; an unknown one may be any. */
export function sameAccount(one: Fact<string>, other: Fact<string>): boolean {
  return one === UNKNOWN || other === UNKNOWN || one === other;
}

/** The id of a conversation's peer, ready to be compared with many. */
export interface PeerId {
  readonly id: string;
  readonly lower: string;
  /** Its channel tells ids apart by their letter case. */
  readonly hasCase: boolean;
  readonly isFolded: boolean;
}

export function peerIdOf({ channel, peer: { id }, foldedId }: SessionConversation): PeerId {
  return { id, lower: id.toLowerCase(), hasCase: !hasCaselessIds(channel), isFolded: foldedId };
}

/** Whether two ids that are equal but for their letter case are one peer; `strictly`: one whose case is not known is not. */
export function sameId(one: PeerId, other: PeerId, strictly: boolean): boolean {
  if (!one.hasCase || one.id === other.id || one.lower !== other.lower) return true;
  return !strictly && (one.isFolded || other.isFolded);
}
