import { type Draft, listOf, type Place } from './route-plan.ts';
import type { RuleSet } from './rule-sets.ts';
import type { Tier } from './tiers.ts';

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

/** A draft, to be looked up. */
export interface Plan {
  readonly rules: RuleSet;
  readonly fallback: Place;
  readonly channels: ReadonlyMap<string, ChannelPlan>;
}

export function planOf({ rules, fallback, places }: Draft): Plan {
  return { rules, fallback, channels: new Map([...places].map(([name, list]) => [name, channelPlan(list)])) };
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
