import { DEFAULT_AGENT, normalizeAgentId } from './agent-id.ts';
import type { PeerKind, RoutingBinding, RoutingConfig } from './routing-config.ts';
import type { RuleSet, Tier } from './tiers.ts';

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

/** The facts of a conversation that may be unknown. */
export const FACTS = ['account', 'parent', 'guild', 'team', 'roles'] as const;
export type FactName = (typeof FACTS)[number];

/** Places of one tier that give the same agent and ask about the same facts. */
export interface Group {
  readonly agent: string | null;
  readonly asks: readonly FactName[];
  readonly places: readonly Place[];
}

interface Bucket {
  /** In the order of the config. */
  readonly places: readonly Place[];
  readonly groups: readonly Group[];
}

interface TierPlan extends Bucket {
  /** The same by what the tier looks for. */
  readonly bySought: ReadonlyMap<string, Bucket>;
}

export interface ChannelPlan {
  readonly places: readonly Place[];
  readonly tiers: ReadonlyMap<Tier, TierPlan>;
  /** What some place asks about. */
  readonly asks: ReadonlySet<FactName>;
}

/** What one rule set makes of a config. */
export interface Draft {
  readonly rules: RuleSet;
  readonly fallback: Place;
  readonly places: ReadonlyMap<string, readonly Place[]>;
}

/** The same, to be looked up. */
export interface Plan {
  readonly rules: RuleSet;
  readonly fallback: Place;
  readonly channels: ReadonlyMap<string, ChannelPlan>;
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

export function planOf({ rules, fallback, places }: Draft): Plan {
  return { rules, fallback, channels: new Map([...places].map(([name, list]) => [name, channelPlan(list)])) };
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
  return !config.explicitOwner && config.agents.length > 0 && (!config.usesEntries || config.agents.some(isMarked));
}

function isMarked(agent: { readonly isDefault: boolean }): boolean {
  return agent.isDefault;
}

function addChannelBindings(config: RoutingConfig, fallback: Place, places: Map<string, Place[]>): void {
  for (const name of config.channels) {
    const list = listOf(places, name.trim().toLowerCase());
    const isBound = list.some((place) => place.tier === 'binding.channel' && place.roles.length === 0);
    if (!isBound) list.push({ ...fallback, tier: 'binding.channel' });
  }
}

/** The list of a key, made when there is none. */
function listOf<K>(lists: Map<K, Place[]>, key: K): Place[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}

function channelPlan(places: readonly Place[]): ChannelPlan {
  const byTier = new Map<Tier, Place[]>();
  for (const place of places) listOf(byTier, place.tier).push(place);
  const peers = byTier.get('binding.peer');
  if (peers !== undefined) byTier.set('binding.peer.parent', peers);
  const tiers = new Map([...byTier].map(([tier, list]) => [tier, tierPlan(tier, list)]));
  const asked = [...tiers.values()].flatMap(({ groups }) => groups.flatMap((group) => group.asks));
  return { places, tiers, asks: new Set(asked) };
}

function tierPlan(tier: Tier, places: readonly Place[]): TierPlan {
  const found = new Map<string, Place[]>();
  for (const place of places) listOf(found, soughtOf(place)).push(place);
  const bySought = new Map([...found].map(([sought, list]) => [sought, bucket(tier, list)]));
  return { ...bucket(tier, places), bySought };
}

function bucket(tier: Tier, places: readonly Place[]): Bucket {
  const groups = new Map<string, { agent: string | null; asks: readonly FactName[]; places: Place[] }>();
  for (const place of places) {
    const asked = FACTS.filter((fact) => asks(place, tier, fact));
    const key = `${place.agent} ${asked}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { agent: place.agent, asks: asked, places: [place] });
    else group.places.push(place);
  }
  return { places, groups: [...groups.values()] };
}

/** Whether a place asks about a fact in a tier. */
export function asks(place: Place, tier: Tier, fact: FactName): boolean {
  if (fact === 'account') return place.account !== '*';
  if (fact === 'parent') return tier === 'binding.peer.parent' && canBeParent(place.peer);
  return fact === 'roles' ? place.roles.length > 0 : place[fact] !== null;
}

/** Nothing hangs off a direct chat, so an unknown parent is none. */
export function canBeParent(peer: string | null): boolean {
  return peer !== null && !peer.startsWith('direct:');
}

/** The value by which the place's tier finds it. */
function soughtOf({ tier, peer, wildcard, guild, team, account }: Place): string {
  if (tier === 'binding.peer') return peer ?? '';
  if (tier === 'binding.peer.wildcard') return wildcard ?? '';
  if (tier === 'binding.guild' || tier === 'binding.guild+roles') return guild ?? '';
  return tier === 'binding.team' ? (team ?? '') : account;
}
