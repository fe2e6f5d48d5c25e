import { normalizeAgentId } from '../agent-id.ts';
import type { PeerKind } from '../keys.ts';
import type { ConfigFile } from './schema.ts';

/** A binding with its texts trimmed; what a version makes of them is decided in `src/routing/ranked-bindings.ts`. */
export interface RoutingBinding {
  /** Its place in the config's list. */
  readonly index: number;
  /** `acp` bindings start a harness, they do not route. */
  readonly isRoute: boolean;
  /** Empty: the default agent. */
  readonly agentId: string;
  /** Lower case; empty never matches. */
  readonly channel: string;
  /** Empty: the default account; `*`: every account. */
  readonly account: string;
  /** null: no constraint; `invalid`: a blank id or an unknown kind, which never matches. */
  readonly peer: { readonly kind: PeerKind; readonly id: string } | 'invalid' | null;
  /** null: no constraint; empty: written, but blank, which versions read differently. */
  readonly guild: string | null;
  readonly team: string | null;
  /** Any one of them is enough; empty: no constraint. */
  readonly roles: readonly string[];
}

/** An agent that a Telegram forum topic names itself. */
export interface TopicAgent {
  /** null: for the whole channel. */
  readonly account: string | null;
  readonly scope: 'groups' | 'direct';
  readonly chat: string;
  readonly topic: string;
  readonly agent: string;
}

/** The agents that all answer a peer. */
export interface Broadcast {
  readonly agents: readonly string[];
  /** Written as a list, as every version takes it; an object only where the key names its channel (2026.9.5). */
  readonly isList: boolean;
}

/** What OpenClaw's config says about the agent of a conversation. */
export interface RoutingConfig {
  readonly agents: readonly { readonly id: string; readonly isDefault: boolean }[];
  /** A key of 2026.8.1 is there, which versions before refuse: `entries`, `ownership`, `systemAgent`, `groupScope`. */
  readonly usesEntries: boolean;
  /** A key or a word of bindings or topics that 2026.2.6-3 refuses: `roles`, `type`, the peer kind `direct`. */
  readonly usesNewKeys: boolean;
  readonly explicitOwner: boolean;
  readonly systemAgent: string | null;
  readonly bindings: readonly RoutingBinding[];
  /** By `<peer id>` or `<channel>:<peer id>`. */
  readonly broadcast: ReadonlyMap<string, Broadcast>;
  readonly topicAgents: readonly TopicAgent[];
  readonly telegramAccounts: readonly { readonly id: string; readonly hasGroups: boolean }[];
  /** Configured and not disabled. */
  readonly channels: readonly string[];
  /** Guilds of `channels.discord` and its accounts: the key (an id, a slug or `*`) and the slug that the entry gives. */
  readonly discordGuilds: readonly { readonly key: string; readonly slug: string | null }[];
  readonly dmScope: string | null;
  readonly groupScope: string | null;
  /** Peers (`telegram:111`) by the name that replaces them in keys. */
  readonly identityLinks: ReadonlyMap<string, readonly string[]>;
}

/** OpenClaw refuses a config in which one of these has the wrong shape: what it would choose is not for us to guess. */
const NEEDED = ['agents', 'agents.list', 'bindings'];

/** null when a part that routing cannot do without was dropped. */
export function routingView(file: ConfigFile, dropped: readonly string[]): RoutingConfig | null {
  if (dropped.some((path) => NEEDED.includes(path))) return null;
  const { agents, session } = file;
  const bindings = file.bindings ?? [];
  const topicAgents = topicAgentsOf(file);
  const system = agents?.defaults?.systemAgent ?? null;
  return {
    agents: agentsOf(agents),
    usesEntries: system !== null || hasKey(agents, 'entries', 'ownership') || hasKey(session, 'groupScope'),
    usesNewKeys: bindings.some(hasNewKeys) || topicAgents.length > 0,
    explicitOwner: agents?.ownership === 'explicit',
    systemAgent: system?.agentId || null,
    bindings: bindings.map(bindingOf),
    broadcast: new Map(
      (file.broadcast ?? []).map(({ key, value }) => [
        key.trim(),
        { agents: (value?.agents ?? []).map(normalizeAgentId), isList: value?.isList ?? true },
      ]),
    ),
    topicAgents,
    telegramAccounts: (file.channels?.telegram?.accounts ?? []).flatMap(({ key: id, value }) =>
      value === null ? [] : [{ id, hasGroups: isGiven(value.groups) }],
    ),
    channels: Object.entries(file.channels ?? {})
      .filter(([, channel]) => isGiven(channel) && channel.enabled !== false)
      .map(([name]) => name),
    discordGuilds: discordGuildsOf(file),
    dmScope: session?.dmScope || null,
    groupScope: session?.groupScope || null,
    identityLinks: new Map((session?.identityLinks ?? []).map(({ key, value }) => [key.trim(), value ?? []])),
  };
}

function agentsOf(agents: ConfigFile['agents']): RoutingConfig['agents'] {
  const listed = (agents?.list ?? []).map((agent) => ({ id: String(agent.id), isDefault: agent.default === true }));
  const entries = (agents?.entries ?? []).map(({ key, value }) => ({ id: key, isDefault: value?.default === true }));
  return [...listed, ...entries].map((agent) => ({ ...agent, id: normalizeAgentId(agent.id) }));
}

type Binding = NonNullable<ConfigFile['bindings']>[number];

function hasNewKeys(binding: Binding): boolean {
  if (!isGiven(binding?.match)) return false;
  return hasKey(binding, 'type', 'session') || hasKey(binding.match, 'roles') || binding.match.peer?.kind === 'direct';
}

function bindingOf(binding: Binding, index: number): RoutingBinding {
  const { agentId, type, match } = binding ?? {};
  return {
    index,
    isRoute: (type ?? 'route') === 'route',
    agentId: agentId ?? '',
    channel: (match?.channel ?? '').trim().toLowerCase(),
    account: match?.accountId ?? '',
    peer: isGiven(match?.peer) ? peerOf(match.peer) : null,
    guild: match?.guildId ?? null,
    team: match?.teamId ?? null,
    roles: match?.roles ?? [],
  };
}

type WrittenPeer = NonNullable<NonNullable<NonNullable<Binding>['match']>['peer']>;

function peerOf({ kind, id }: WrittenPeer): RoutingBinding['peer'] {
  // Both words are one here: no version tells them apart.
  return kind === undefined || !id ? 'invalid' : { kind: kind === 'dm' ? 'direct' : kind, id };
}

function topicAgentsOf({ channels }: ConfigFile): TopicAgent[] {
  const telegram = channels?.telegram;
  const accounts = (telegram?.accounts ?? []).map(({ key, value }) => ({ account: key, settings: value }));
  return [{ account: null, settings: telegram }, ...accounts].flatMap(({ account, settings }) =>
    (['groups', 'direct'] as const).flatMap((scope) =>
      (settings?.[scope] ?? []).flatMap(({ key: chat, value: group }) =>
        (group?.topics ?? []).flatMap(({ key: topic, value }) =>
          value?.agentId ? [{ account, scope, chat, topic, agent: normalizeAgentId(value.agentId) }] : [],
        ),
      ),
    ),
  );
}

function discordGuildsOf({ channels }: ConfigFile): RoutingConfig['discordGuilds'] {
  const discord = channels?.discord;
  return [discord, ...(discord?.accounts ?? []).map(({ value }) => value)].flatMap((settings) =>
    (settings?.guilds ?? []).flatMap(({ key, value }) => (value === null ? [] : [{ key, slug: value.slug || null }])),
  );
}

function isGiven<T>(value: T): value is NonNullable<T> {
  return value !== null && value !== undefined;
}

/** A version that does not know a key refuses it, whatever it holds: the schema keeps the key of a part that it drops. */
function hasKey(fields: object | null | undefined, ...keys: string[]): boolean {
  return isGiven(fields) && keys.some((key) => key in fields);
}
