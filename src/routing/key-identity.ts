import type { SessionConversation } from '../model/conversation.ts';
import type { ParsedKey } from '../openclaw/keys.ts';
import type { RoutingConfig } from '../openclaw/routing-config.ts';
import { conversationIdentity } from './session-conversation.ts';

/**
 * What is equal for all keys of one conversation: `dm` and `direct`, letter case where ids have none, the name of an
 * identity link and its peer; and of an agent's main session: `main` and `agent:<id>:main`. null: any other key.
 */
export function keyIdentity(
  key: ParsedKey,
  agent: string,
  conversation: SessionConversation | null,
  config: RoutingConfig | null,
): string | null {
  if (conversation !== null && config !== null) return conversationIdentity(conversation, config);
  if (key.isMain && (key.agent === null || key.agent === agent)) return `main of ${agent}`;
  const named = key.conversation;
  if (named === null || named.channel !== null) return null;
  // A peer without a channel (dmScope `per-peer`): of one agent, since two can mean two people.
  return JSON.stringify([agent, named.kind === 'direct' ? 'direct' : 'group', named.id, named.thread]);
}
