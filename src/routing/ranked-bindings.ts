/**
 * The bindings of a config in OpenClaw's order: which tier each one is in, what it asks there, and which agent it gives,
 * by one rule set. `binding-index.ts` makes them quick to search.
 */
import { DEFAULT_AGENT, normalizeAgentId } from '../openclaw/agent-id.ts';
import type { RoutingBinding, RoutingConfig } from '../openclaw/config/routing.ts';
import { normalAccount, normalKind, normalPeer } from './normal-ids.ts';
import type { RuleSet } from './rule-sets.ts';

/** OpenClaw's tiers by the name that it gives a match, the strongest first. */
export const TIERS = [
  'binding.peer',
  'binding.peer.parent',
  'binding.peer.wildcard',
  'binding.guild+roles',
  'binding.guild',
  'binding.team',
  'binding.account',
  'binding.channel',
  'default',
] as const;

export type Tier = (typeof TIERS)[number];

/** A binding in a tier, with the constraints that hold there. Before 2026.2.17 one binding can be in several tiers. */
export interface RankedBinding {
  /** Where it stands in the config's list; null: OpenClaw added it in memory. */
  readonly index: number | null;
  readonly tier: Tier;
  /** null: OpenClaw refuses to choose an agent. */
  readonly agent: string | null;
  /** `*`: every account. */
  readonly account: string;
  /** As `normalPeer` writes it. */
  readonly peer: string | null;
  /** The kind whose peers all match. */
  readonly wildcard: string | null;
  readonly guild: string | null;
  readonly team: string | null;
  readonly roles: readonly string[];
}

/** What one rule set makes of the bindings of a config. */
export interface RankedBindings {
  readonly rules: RuleSet;
  /** The default agent, where no binding matches. */
  readonly fallback: RankedBinding;
  /** In the order of the config. */
  readonly byChannel: ReadonlyMap<string, readonly RankedBinding[]>;
}

export function rankBindings(config: RoutingConfig, rules: RuleSet): RankedBindings {
  const agent = defaultAgent(config, rules);
  const byChannel = new Map<string, RankedBinding[]>();
  for (const binding of config.bindings) {
    const ranked = rankBinding(binding, boundAgent(binding.agentId, agent, config, rules), rules);
    if (ranked.length > 0) listOf(byChannel, binding.channel).push(...ranked);
  }
  const fallback: RankedBinding = { ...UNCONSTRAINED, index: null, tier: 'default', agent, account: '*' };
  if (rules.channelBindingAdded && agent !== null && isOldShape(config))
    addChannelBindings(config, fallback, byChannel);
  return { rules, fallback, byChannel };
}

const UNCONSTRAINED = { peer: null, wildcard: null, guild: null, team: null, roles: [] } as const;

function rankBinding(binding: RoutingBinding, agent: string | null, rules: RuleSet): RankedBinding[] {
  const { index, peer, roles } = binding;
  if (!binding.isRoute || binding.channel === '' || peer === 'invalid') return [];
  const guild = binding.guild === '' && rules.blankIsAbsent ? null : binding.guild;
  const team = binding.team === '' && rules.blankIsAbsent ? null : binding.team;
  const account = binding.account === '*' ? '*' : normalAccount(binding.account, rules);
  const isWildcard = peer !== null && peer.id === '*' && rules.wildcardTier;
  const peerConstraint = {
    peer: peer === null || isWildcard ? null : normalPeer(peer.kind, peer.id, rules),
    wildcard: isWildcard ? normalKind(peer.kind, rules) : null,
  };
  const ranked = (tier: Tier, constraints: Partial<RankedBinding>): RankedBinding => ({
    ...UNCONSTRAINED,
    ...constraints,
    index,
    tier,
    agent,
    account,
  });
  const peerTier = isWildcard ? 'binding.peer.wildcard' : 'binding.peer';
  const guildTier = roles.length > 0 && rules.guildRolesTier ? 'binding.guild+roles' : 'binding.guild';
  const accountTier = account === '*' ? 'binding.channel' : 'binding.account';
  if (rules.allConstraints) {
    if (guild === '' || team === '') return [];
    const tier = peer !== null ? peerTier : guild !== null ? guildTier : team !== null ? 'binding.team' : accountTier;
    return [ranked(tier, { ...peerConstraint, guild, team, roles })];
  }
  // OpenClaw 2026.2.6-3: a binding with a peer and a guild is a peer binding whatever the guild, and a guild binding
  // whatever the peer.
  const all: RankedBinding[] = [];
  if (peer !== null) all.push(ranked(peerTier, peerConstraint));
  if (guild) all.push(ranked(guildTier, { guild, roles }));
  if (team) all.push(ranked('binding.team', { team }));
  return peer === null && guild === null && team === null ? [ranked(accountTier, { roles })] : all;
}

/** The agent that a binding gives; null: OpenClaw refuses to choose one. */
function boundAgent(written: string, byDefault: string | null, config: RoutingConfig, rules: RuleSet): string | null {
  if (written === '') return byDefault;
  const id = normalizeAgentId(written);
  if (config.agents.some((agent) => agent.id === id) || (id === DEFAULT_AGENT && rules.onlyMainUnlisted)) return id;
  if (rules.onlyMainUnlisted) return null;
  if (config.agents.length === 0) return id;
  return rules.unlistedRefused ? null : byDefault;
}

/** The agent of what no binding matches; null: OpenClaw refuses to choose one. */
function defaultAgent({ agents, explicitOwner, systemAgent }: RoutingConfig, rules: RuleSet): string | null {
  const marked = agents.filter((agent) => agent.isDefault);
  const first = marked[0] ?? agents[0];
  if (first === undefined) return DEFAULT_AGENT;
  const ids = new Set(agents.map((agent) => agent.id));
  if (!rules.explicitDefault || ids.size === 1) return first.id;
  if (!explicitOwner) return marked.length === 1 ? first.id : null;
  const owner = marked.length > 0 || systemAgent === null ? null : normalizeAgentId(systemAgent);
  return owner !== null && (ids.has(owner) || owner === DEFAULT_AGENT) ? owner : null;
}

/** `agents.list` or a default mark: OpenClaw 2026.9.6 rewrites these when it loads them. */
function isOldShape(config: RoutingConfig): boolean {
  return (
    !config.explicitOwner &&
    config.agents.length > 0 &&
    (!config.usesEntries || config.agents.some(({ isDefault }) => isDefault))
  );
}

function addChannelBindings(
  config: RoutingConfig,
  fallback: RankedBinding,
  byChannel: Map<string, RankedBinding[]>,
): void {
  // OpenClaw adds none where the config has a binding for the whole channel; there this one, the last, is never reached.
  for (const name of config.channels) {
    listOf(byChannel, name.trim().toLowerCase()).push({ ...fallback, tier: 'binding.channel' });
  }
}

function listOf(lists: Map<string, RankedBinding[]>, channel: string): RankedBinding[] {
  const list = lists.get(channel) ?? [];
  lists.set(channel, list);
  return list;
}
