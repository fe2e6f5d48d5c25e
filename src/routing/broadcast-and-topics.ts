/**
 * Settings besides the bindings that choose an agent for a conversation: `broadcast`, and the agents that forum topics of
 * Telegram name.
 */
import { type Conversation, type Fact, UNKNOWN } from '../model/conversation.ts';
import { DEFAULT_AGENT } from '../openclaw/agent-id.ts';
import type { Broadcast, RoutingConfig, TopicAgent } from '../openclaw/config/routing.ts';
import { has } from '../openclaw/versions.ts';
import { normalAccount } from './normal-ids.ts';

/** The agents that `broadcast` may ask besides the one that the bindings choose; empty: none. */
export function broadcastAgents(config: RoutingConfig, version: string | null, conversation: Conversation): string[] {
  const isQualifiedRead = has(version, 'broadcastAnyChannel');
  const qualified = isQualifiedRead === false ? undefined : qualifiedEntry(config, conversation);
  // OpenClaw takes the entry that names the channel before the one that does not, also an empty one.
  const isBareHidden = isQualifiedRead === true && qualified !== undefined;
  const bare = isBareHidden ? undefined : bareEntry(config, version, conversation);
  const asked = [
    ...(qualified?.agents.slice(0, MOST_PARTICIPANTS).filter((agent) => isKnown(agent, config)) ?? []),
    ...(bare?.agents.filter((agent) => isListed(agent, config)) ?? []),
  ];
  return [...new Set(asked)];
}

/** OpenClaw drops those behind them. */
const MOST_PARTICIPANTS = 16;

/** `<channel>:<peer>`. A forum topic of Telegram is asked for by its group. */
function qualifiedEntry({ broadcast }: RoutingConfig, { channel, peer, parent }: Conversation): Broadcast | undefined {
  const name = channel.trim().toLowerCase();
  const group = name === 'telegram' && parent !== null && parent !== UNKNOWN ? parent.id : peer.id;
  return broadcast.get(`${name}:${group.trim()}`) ?? broadcast.get(`${name}:${peer.id.trim()}`);
}

/** The peer alone: of WhatsApp, or the chat of a Feishu group, whatever its topic or its sender. */
function bareEntry(
  { broadcast }: RoutingConfig,
  version: string | null,
  { channel, peer }: Conversation,
): Broadcast | undefined {
  const name = channel.trim().toLowerCase();
  const isFeishuGroup = name === 'feishu' && peer.kind !== 'direct' && has(version, 'feishuBroadcast') !== false;
  if (name !== 'whatsapp' && !isFeishuGroup) return undefined;
  const id = isFeishuGroup ? peer.id.replace(/:(topic|sender):.*$/s, '') : peer.id;
  const entry = broadcast.get(id.trim());
  return entry?.isList ? entry : undefined;
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

/** Without a list there is the default agent and no other. */
function isKnown(agent: string, config: RoutingConfig): boolean {
  return config.agents.length === 0 ? agent === DEFAULT_AGENT : isListed(agent, config);
}

/** Without a list every name will do. */
function isListed(agent: string, { agents }: RoutingConfig): boolean {
  return agents.length === 0 || agents.some(({ id }) => id === agent);
}
