import { z } from 'zod';
import { isObject } from '../is-object.ts';
import { normalizeAgentId } from './agent-id.ts';
import { broadcastOf, guildsOf, linksOf, type TopicAgent, telegramOf } from './routing-channels.ts';
import { Fields, List, type Read, readerInto, Text } from './routing-reader.ts';

export type PeerKind = 'direct' | 'group' | 'channel';

/** A binding with its texts trimmed; what a version makes of them is decided in `route-plan.ts`. */
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
  /** Agents by `<peer id>` or `<channel>:<peer id>`. */
  readonly broadcast: ReadonlyMap<string, readonly string[]>;
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
  /** What could not be read, as paths of the config; never a value, since ids are people. */
  readonly dropped: readonly string[];
}

const Flag = z.boolean();
const Kind = z
  .string()
  .transform((kind) => kind.trim().toLowerCase())
  // OpenClaw 2026.2.6-3 knows only `dm`, 2026.9.6 only `direct`, those between both: no version tells them apart.
  .transform((kind) => (kind === 'dm' ? 'direct' : kind))
  .pipe(z.enum(['direct', 'group', 'channel']));
const MATCH_KEYS = new Set(['channel', 'accountId', 'peer', 'guildId', 'teamId', 'roles']);

/** What routing needs of the content of `openclaw.json`; never throws. */
export function routingView(content: unknown): RoutingConfig {
  const dropped = new Set<string>();
  const read = readerInto(dropped);
  const root = read(Fields, content, 'config') ?? {};
  const agents = read(Fields, root.agents, 'agents') ?? {};
  const defaults = read(Fields, agents.defaults, 'agents.defaults') ?? {};
  const system = read(Fields, defaults.systemAgent, 'agents.defaults.systemAgent');
  const session = read(Fields, root.session, 'session') ?? {};
  const channels = read(Fields, root.channels, 'channels') ?? {};
  const telegram = telegramOf(read(Fields, channels.telegram, 'channels.telegram') ?? {}, read);
  const written = read(List, root.bindings, 'bindings') ?? [];
  return {
    agents: agentsOf(agents, read),
    usesEntries: [agents.entries, agents.ownership, system, session.groupScope].some((value) => value !== undefined),
    usesNewKeys: written.some(hasNewKeys) || telegram.topicAgents.length > 0,
    explicitOwner: read(Text, agents.ownership, 'agents.ownership') === 'explicit',
    systemAgent: read(Text, system?.agentId, 'agents.defaults.systemAgent.agentId') || null,
    bindings: written.map((binding, index) => bindingOf(binding, index, read)),
    broadcast: broadcastOf(read(Fields, root.broadcast, 'broadcast') ?? {}, read),
    ...telegram,
    channels: Object.keys(channels).filter((name) => isObject(channels[name]) && channels[name].enabled !== false),
    discordGuilds: guildsOf(read(Fields, channels.discord, 'channels.discord') ?? {}, read),
    dmScope: read(Text, session.dmScope, 'session.dmScope') || null,
    groupScope: read(Text, session.groupScope, 'session.groupScope') || null,
    identityLinks: linksOf(read(Fields, session.identityLinks, 'session.identityLinks') ?? {}, read),
    dropped: [...dropped],
  };
}

function agentsOf(agents: Record<string, unknown>, read: Read): { id: string; isDefault: boolean }[] {
  const listed = (read(List, agents.list, 'agents.list') ?? []).flatMap((value, index) => {
    const path = `agents.list.${index}`;
    const agent = read(Fields, value, path);
    const id = agent === undefined ? undefined : read(Text, agent.id ?? {}, `${path}.id`);
    return agent === undefined || id === undefined ? [] : [entryOf(id, agent, path, read)];
  });
  const entries = Object.entries(read(Fields, agents.entries, 'agents.entries') ?? {}).map(([id, value]) =>
    entryOf(id, read(Fields, value, 'agents.entries') ?? {}, 'agents.entries', read),
  );
  return [...listed, ...entries];
}

function entryOf(id: string, agent: Record<string, unknown>, path: string, read: Read) {
  return { id: normalizeAgentId(id), isDefault: read(Flag, agent.default, `${path}.default`) === true };
}

function hasNewKeys(binding: unknown): boolean {
  if (!isObject(binding) || !isObject(binding.match)) return false;
  const { roles, peer } = binding.match;
  const isNew = [binding.type, binding.session, roles].some((value) => value !== undefined);
  return isNew || (isObject(peer) && peer.kind === 'direct');
}

function bindingOf(value: unknown, index: number, read: Read): RoutingBinding {
  const path = `bindings.${index}`;
  const binding = read(Fields, value, path) ?? {};
  const match = read(Fields, binding.match ?? 'missing', `${path}.match`) ?? {};
  const roles = read(List, match.roles, `${path}.match.roles`) ?? [];
  if (Object.keys(match).some((key) => !MATCH_KEYS.has(key))) read(z.never(), match, `${path}.match: unknown key`);
  return {
    index,
    isRoute: (read(Text, binding.type, `${path}.type`) ?? 'route') === 'route',
    agentId: read(Text, binding.agentId ?? {}, `${path}.agentId`) ?? '',
    channel: (read(z.string(), match.channel ?? {}, `${path}.match.channel`) ?? '').trim().toLowerCase(),
    account: read(Text, match.accountId, `${path}.match.accountId`) ?? '',
    peer: peerOf(match.peer, `${path}.match.peer`, read),
    guild: idOf(match.guildId, `${path}.match.guildId`, read),
    team: idOf(match.teamId, `${path}.match.teamId`, read),
    roles: roles.flatMap((role) => read(Text, role, `${path}.match.roles`) ?? []),
  };
}

function peerOf(value: unknown, path: string, read: Read): RoutingBinding['peer'] {
  if (value === undefined || value === null) return null;
  const peer = read(Fields, value, path) ?? {};
  const kind = read(Kind, peer.kind ?? {}, `${path}.kind`);
  const id = read(Text, peer.id ?? {}, `${path}.id`);
  return kind === undefined || id === undefined || id === '' ? 'invalid' : { kind, id };
}

/** An empty text counts as absent in every version, one of blanks does not. */
function idOf(value: unknown, path: string, read: Read): string | null {
  if (value === undefined || value === null || value === '') return null;
  return read(Text, value, path) ?? '';
}
