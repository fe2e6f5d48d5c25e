import { DEFAULT_AGENT, normalizeAgentId } from '../openclaw/agent-id.ts';
import type { PeerKind, RoutingBinding, RoutingConfig } from '../openclaw/routing-config.ts';
import type { RuleSet } from './rule-sets.ts';
import type { Tier } from './tiers.ts';

/** A binding in a tier, with the constraints that hold there. */
export interface Place {
  /** null: OpenClaw added it in memory. */
  readonly index: number | null;
  readonly tier: Tier;
  /** null: OpenClaw refuses to choose an agent. */
  readonly agent: string | null;
  /** `*`: every account. */
  readonly account: string;
  /** The key of a peer, see `peerKey`. */
  readonly peer: string | null;
  /** The kind whose peers all match. */
  readonly wildcard: string | null;
  readonly guild: string | null;
  readonly team: string | null;
  readonly roles: readonly string[];
}

/** What one rule set makes of a config. */
export interface Draft {
  readonly rules: RuleSet;
  readonly fallback: Place;
  readonly places: ReadonlyMap<string, readonly Place[]>;
}

export function draftOf(config: RoutingConfig, rules: RuleSet): Draft {
  const agent = defaultAgent(config, rules);
  const places = new Map<string, Place[]>();
  for (const binding of config.bindings) {
    const found = placesOf(binding, agentOf(binding.agentId, agent, config, rules), rules);
    if (found.length > 0) listOf(places, binding.channel).push(...found);
  }
  const fallback: Place = { ...UNCONSTRAINED, index: null, tier: 'default', agent, account: '*' };
  if (rules.channelBindingAdded && agent !== null && isOldShape(config)) addChannelBindings(config, fallback, places);
  return { rules, fallback, places };
}

/** Account ids as versions since 2026.3.13 compare them: like agent ids, but blank is `default`. */
export function accountId(raw: string, { foldedAccounts }: Pick<RuleSet, 'foldedAccounts'>): string {
  const id = raw.trim();
  if (id === '') return DEFAULT_ACCOUNT;
  if (!foldedAccounts) return id;
  return /[a-z0-9_]/.test(id.toLowerCase()) ? normalizeAgentId(id) : DEFAULT_ACCOUNT;
}

export function peerKey(kind: PeerKind, id: string, rules: RuleSet): string {
  return `${kindKey(kind, rules)}:${id.trim()}`;
}

export function kindKey(kind: PeerKind, { groupIsChannel }: RuleSet): string {
  return groupIsChannel && kind === 'channel' ? 'group' : kind;
}

const DEFAULT_ACCOUNT = 'default';
const UNCONSTRAINED = { peer: null, wildcard: null, guild: null, team: null, roles: [] } as const;

function placesOf(binding: RoutingBinding, agent: string | null, rules: RuleSet): Place[] {
  const { index, peer, roles } = binding;
  if (!binding.isRoute || binding.channel === '' || peer === 'invalid') return [];
  const guild = binding.guild === '' && rules.blankIsAbsent ? null : binding.guild;
  const team = binding.team === '' && rules.blankIsAbsent ? null : binding.team;
  const account = binding.account === '*' ? '*' : accountId(binding.account, rules);
  const isWildcard = peer !== null && peer.id === '*' && rules.wildcardTier;
  const ofPeer = {
    peer: peer === null || isWildcard ? null : peerKey(peer.kind, peer.id, rules),
    wildcard: isWildcard ? kindKey(peer.kind, rules) : null,
  };
  const place = (tier: Tier, constraints: Partial<Place>): Place => ({
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
    return [place(tier, { ...ofPeer, guild, team, roles })];
  }
  // OpenClaw 2026.2.6-3: a binding with a peer and a guild is a peer binding whatever the guild, and a guild binding
  // whatever the peer.
  const places: Place[] = [];
  if (peer !== null) places.push(place(peerTier, ofPeer));
  if (guild) places.push(place(guildTier, { guild, roles }));
  if (team) places.push(place('binding.team', { team }));
  return peer === null && guild === null && team === null ? [place(accountTier, { roles })] : places;
}

function agentOf(written: string, fallback: string | null, config: RoutingConfig, rules: RuleSet): string | null {
  if (written === '') return fallback;
  const id = normalizeAgentId(written);
  if (config.agents.some((agent) => agent.id === id) || (id === DEFAULT_AGENT && rules.onlyMainUnlisted)) return id;
  if (rules.onlyMainUnlisted) return null;
  if (config.agents.length === 0) return id;
  return rules.unlistedRefused ? null : fallback;
}

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

function addChannelBindings(config: RoutingConfig, fallback: Place, places: Map<string, Place[]>): void {
  // OpenClaw leaves out those with a channel-wide binding; there this one, the last, is never reached.
  for (const name of config.channels) {
    listOf(places, name.trim().toLowerCase()).push({ ...fallback, tier: 'binding.channel' });
  }
}

/** The list of a key, made when there is none. */
export function listOf<K>(lists: Map<K, Place[]>, key: K): Place[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}
