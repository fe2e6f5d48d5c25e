import { isObject } from '../is-object.ts';
import { normalizeAgentId } from './agent-id.ts';
import { entriesOf, List, type Read, Text } from './routing-reader.ts';

/** An agent that a Telegram forum topic names itself. */
export interface TopicAgent {
  /** null: for the whole channel. */
  readonly account: string | null;
  readonly scope: 'groups' | 'direct';
  readonly chat: string;
  readonly topic: string;
  readonly agent: string;
}

export function broadcastOf(broadcast: Record<string, unknown>, read: Read): Map<string, readonly string[]> {
  const { strategy: _, ...peers } = broadcast;
  return new Map(Object.entries(peers).map(([peer, value]) => [peer.trim(), agentIdsOf(value, read)]));
}

function agentIdsOf(value: unknown, read: Read): string[] {
  const agents = read(List, isObject(value) ? value.agents : value, 'broadcast') ?? [];
  return agents.flatMap((agent) => read(Text, agent, 'broadcast') ?? []).map(normalizeAgentId);
}

export function telegramOf(telegram: Record<string, unknown>, read: Read) {
  const accounts = entriesOf(telegram.accounts, 'channels.telegram.accounts', read);
  return {
    topicAgents: [...topicsOf(telegram, null, read), ...accounts.flatMap(([id, value]) => topicsOf(value, id, read))],
    telegramAccounts: accounts.map(([id, value]) => ({ id, hasGroups: isObject(value.groups) })),
  };
}

function topicsOf(settings: Record<string, unknown>, account: string | null, read: Read): TopicAgent[] {
  return (['groups', 'direct'] as const).flatMap((scope) => {
    const path = `channels.telegram.${scope}`;
    return entriesOf(settings[scope], path, read).flatMap(([chat, group]) =>
      entriesOf(group.topics, path, read).flatMap(([topic, { agentId }]) => {
        const agent = read(Text, agentId, path);
        return agent ? [{ account, scope, chat, topic, agent: normalizeAgentId(agent) }] : [];
      }),
    );
  });
}

export function guildsOf(discord: Record<string, unknown>, read: Read) {
  const settings = [
    discord,
    ...entriesOf(discord.accounts, 'channels.discord.accounts', read).map(([, value]) => value),
  ];
  return settings.flatMap(({ guilds }) =>
    entriesOf(guilds, 'channels.discord.guilds', read).map(([key, guild]) => ({
      key,
      slug: read(Text, guild.slug, 'channels.discord.guilds') || null,
    })),
  );
}

export function linksOf(links: Record<string, unknown>, read: Read): Map<string, readonly string[]> {
  const path = 'session.identityLinks';
  return new Map(
    Object.entries(links).map(([name, peers]) => [
      name.trim(),
      (read(List, peers, path) ?? []).flatMap((peer) => read(Text, peer, path) ?? []),
    ]),
  );
}
