/**
 * Ranked bindings, so that a search looks at few of them: by channel, by tier, and by the one value that a tier looks for
 * (a peer, a guild). `match-bindings.ts` searches them.
 */
import type { RankedBinding, RankedBindings, Tier } from './ranked-bindings.ts';
import type { RuleSet } from './rule-sets.ts';

/** The facts of a conversation that a binding can ask about and that may be unknown. */
export const FACTS = ['account', 'parent', 'guild', 'team', 'roles'] as const;
export type FactName = (typeof FACTS)[number];

/** Bindings of one tier that give the same agent and ask about the same facts. */
export interface AgentGroup {
  readonly agent: string | null;
  readonly asksAbout: readonly FactName[];
  readonly bindings: readonly RankedBinding[];
}

interface GroupedBindings {
  /** In the order of the config. */
  readonly bindings: readonly RankedBinding[];
  readonly groups: readonly AgentGroup[];
}

interface TierIndex extends GroupedBindings {
  /** The same by the value that the tier looks for. */
  readonly byValue: ReadonlyMap<string, GroupedBindings>;
}

export interface ChannelIndex {
  readonly bindings: readonly RankedBinding[];
  readonly tiers: ReadonlyMap<Tier, TierIndex>;
  /** What some binding asks about. */
  readonly asksAbout: ReadonlySet<FactName>;
}

export interface BindingIndex {
  readonly rules: RuleSet;
  /** The default agent, where no binding matches. */
  readonly fallback: RankedBinding;
  readonly channels: ReadonlyMap<string, ChannelIndex>;
}

export function indexBindings({ rules, fallback, byChannel }: RankedBindings): BindingIndex {
  return { rules, fallback, channels: new Map([...byChannel].map(([name, list]) => [name, indexChannel(list)])) };
}

function indexChannel(bindings: readonly RankedBinding[]): ChannelIndex {
  const byTier = Map.groupBy(bindings, ({ tier }) => tier);
  const peers = byTier.get('binding.peer');
  if (peers !== undefined) byTier.set('binding.peer.parent', peers);
  const tiers = new Map([...byTier].map(([tier, list]) => [tier, indexTier(tier, list)]));
  const asked = [...tiers.values()].flatMap(({ groups }) => groups.flatMap((group) => group.asksAbout));
  return { bindings, tiers, asksAbout: new Set(asked) };
}

function indexTier(tier: Tier, bindings: readonly RankedBinding[]): TierIndex {
  const lists = Map.groupBy(bindings, indexedValue);
  const byValue = new Map([...lists].map(([value, list]) => [value, grouped(tier, list)]));
  return { ...grouped(tier, bindings), byValue };
}

function grouped(tier: Tier, bindings: readonly RankedBinding[]): GroupedBindings {
  const groups = new Map<string, { agent: string | null; asksAbout: FactName[]; bindings: RankedBinding[] }>();
  for (const binding of bindings) {
    const asked = FACTS.filter((fact) => asksAbout(binding, tier, fact));
    const key = `${binding.agent} ${asked}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { agent: binding.agent, asksAbout: asked, bindings: [binding] });
    else group.bindings.push(binding);
  }
  return { bindings, groups: [...groups.values()] };
}

/** Whether a binding asks about a fact in a tier. */
export function asksAbout(binding: RankedBinding, tier: Tier, fact: FactName): boolean {
  if (fact === 'account') return binding.account !== '*';
  if (fact === 'parent') return tier === 'binding.peer.parent' && canBeParent(binding.peer);
  return fact === 'roles' ? binding.roles.length > 0 : binding[fact] !== null;
}

/** No thread hangs off a direct chat. */
export function canBeParent(peer: string | null): boolean {
  return peer !== null && !peer.startsWith('direct:');
}

/** The value by which the binding's tier finds it. */
function indexedValue({ tier, peer, wildcard, guild, team, account }: RankedBinding): string {
  if (tier === 'binding.peer') return peer ?? '';
  if (tier === 'binding.peer.wildcard') return wildcard ?? '';
  if (tier === 'binding.guild' || tier === 'binding.guild+roles') return guild ?? '';
  return tier === 'binding.team' ? (team ?? '') : account;
}
