/**
 * Settings besides the bindings that choose an agent for a conversation: `broadcast`, and the agents that forum topics of
 * Telegram name.
 */
import { type Conversation, type Fact, UNKNOWN } from '../model/conversation.ts';
import type { RoutingConfig, TopicAgent } from '../openclaw/config/routing.ts';
import { has } from '../openclaw/versions.ts';
import { normalAccount } from './normal-ids.ts';

/** The agents that `broadcast` may ask besides the one that the bindings choose; empty: none. */
export function broadcastAgents(
  config: RoutingConfig,
  version: string | null,
  { channel, peer }: Conversation,
): string[] {
  const name = channel.trim().toLowerCase();
  const id = peer.id.trim();
  const byPeer = name === 'whatsapp' ? (config.broadcast.get(id) ?? []) : [];
  const byChannel = config.broadcast.get(`${name}:${id}`) ?? [];
  if (byChannel.length === 0 || has(version, 'broadcastAnyChannel') === false) return [...byPeer];
  return [...new Set([...byPeer, ...byChannel])];
}

/**
 * The agent that a Telegram forum topic names itself, whatever the bindings say; null: it names none. UNKNOWN where the
 * account or the version may choose differently, or where nobody looked how OpenClaw reads it.
 */
export function topicAgent(config: RoutingConfig, version: string | null, conversation: Conversation): Fact<string> {
  const { channel, peer } = conversation;
  if (config.topicAgents.length === 0 || channel.trim().toLowerCase() !== 'telegram') return null;
  if (has(version, 'topicAgents') === false) return null;
  if (peer.kind === 'direct') return config.topicAgents.some(isOfDirect(peer.id)) ? UNKNOWN : null;
  const [, chat, topic] = /^(.+):topic:(.+)$/.exec(peer.id.trim()) ?? [];
  if (chat === undefined || topic === undefined) return null;
  const named = config.topicAgents.filter(({ scope }) => scope === 'groups');
  const entries = named.filter((entry) => entry.chat === chat && entry.topic === topic);
  const agents = new Set(
    accountsOf(config, conversation).flatMap((account) => agentsFor(account, entries, config, version)),
  );
  const [agent = null] = agents;
  if (agents.size > 1 || (agent === null && named.some(isForAll(chat, topic)))) return UNKNOWN;
  return agent === null || isListed(agent, config) ? agent : UNKNOWN;
}

function isOfDirect(user: string): (entry: TopicAgent) => boolean {
  return ({ scope, chat }) => scope === 'direct' && (chat === user.trim() || chat === '*');
}

/** Whether `*` stands for every group or topic was not looked at. */
function isForAll(chat: string, topic: string): (entry: TopicAgent) => boolean {
  return (entry) =>
    [entry.chat, entry.topic].includes('*') && ['*', chat].includes(entry.chat) && ['*', topic].includes(entry.topic);
}

/** The accounts that a conversation may be of; the ids of the config's are normalized by the channel in every version. */
function accountsOf({ telegramAccounts }: RoutingConfig, { account }: Conversation): string[] {
  if (account !== UNKNOWN) return [normalAccount(account ?? '', FOLDED)];
  return [...new Set(['default', ...telegramAccounts.map(({ id }) => normalAccount(id, FOLDED))])];
}

const FOLDED = { foldedAccounts: true };

/** One agent (or null) for each way in which OpenClaw may read the entries of a topic. */
function agentsFor(
  account: string,
  entries: readonly TopicAgent[],
  { telegramAccounts }: RoutingConfig,
  version: string | null,
): (string | null)[] {
  const own = entries.find((entry) => entry.account !== null && normalAccount(entry.account, FOLDED) === account);
  if (own !== undefined) return [own.agent];
  const shared = entries.find((entry) => entry.account === null)?.agent ?? null;
  // Whether an account's own groups replace those of the channel was not looked at.
  if (telegramAccounts.some(({ id, hasGroups }) => hasGroups && normalAccount(id, FOLDED) === account))
    return [shared, null];
  const isShared = telegramAccounts.length <= 1 || has(version, 'topicsInherited');
  if (isShared === null) return [shared, null];
  return [isShared ? shared : null];
}

function isListed(agent: string, { agents }: RoutingConfig): boolean {
  return agents.length === 0 || agents.some(({ id }) => id === agent);
}
