import { type Conversation, type Fact, UNKNOWN } from '../model/conversation.ts';
import { asks, type ChannelPlan, canBeParent, FACTS, type FactName, type Group, type Plan } from './route-index.ts';
import { accountId, kindKey, type Place, peerKey } from './route-plan.ts';
import type { RuleSet } from './rule-sets.ts';
import { TIERS, type Tier } from './tiers.ts';

/** A conversation as one rule set compares it. UNKNOWN equals no value that a binding names. */
export interface Facts {
  readonly peer: string;
  readonly kind: string;
  readonly account: string | typeof UNKNOWN;
  readonly parent: Fact<string>;
  readonly guild: Fact<string>;
  readonly team: Fact<string>;
  readonly roles: readonly string[] | typeof UNKNOWN;
}

/** A place, and the tier in which it matched: a peer's also matches as the parent. */
export interface Match {
  readonly place: Place;
  readonly tier: Tier;
}

/** How many bindings were looked at. */
export interface Looks {
  count: number;
}

export function factsOf({ peer, parent, ...rest }: Conversation, rules: RuleSet): Facts {
  const { account, guild, team, roles } = rest;
  return {
    peer: peerKey(peer.kind, peer.id, rules),
    kind: kindKey(peer.kind, rules),
    account: account === UNKNOWN ? UNKNOWN : accountId(account ?? '', rules),
    parent: parent === UNKNOWN || parent === null ? parent : peerKey(parent.kind, parent.id, rules),
    guild: textOf(guild),
    team: textOf(team),
    roles: roles ?? [],
  };
}

/** The first match in OpenClaw's order; an unknown fact counts as a value that no binding names. */
export function winnerOf(plan: Plan, channel: ChannelPlan | undefined, facts: Facts, looks: Looks): Match {
  for (const tier of TIERS) {
    const sought = soughtBy(tier, facts);
    if (typeof sought !== 'string') continue;
    for (const place of channel?.tiers.get(tier)?.bySought.get(sought)?.places ?? []) {
      looks.count++;
      if (verdictOn(place, tier, facts) === 'met') return { place, tier };
    }
  }
  return { place: plan.fallback, tier: 'default' };
}

/**
 * The unknown facts that could give another agent than `base`, the winner without any named value. A binding wins for
 * some values exactly if it wins where the facts that it asks about have the values that it names (one of its roles),
 * and all others a value that none names: more named values only help other bindings. So each binding needs one try,
 * not every combination of values, and none behind `base`, which matches whatever the values are.
 */
export function rivalFacts(
  plan: Plan,
  channel: ChannelPlan | undefined,
  facts: Facts,
  base: Match,
  looks: Looks,
): Set<FactName> {
  const found = new Set<FactName>();
  const unknown = unknownFacts(channel, facts);
  if (channel === undefined || unknown.length === 0) return found;
  const isNew = (name: FactName) => facts[name] === UNKNOWN && !found.has(name);
  for (const tier of TIERS) {
    for (const { agent, asks: asked, places } of reachable(channel, tier, facts)) {
      if (agent === base.place.agent) continue;
      for (const place of places) {
        if (!asked.some(isNew)) break;
        looks.count++;
        if (verdictOn(place, tier, facts) !== 'unknown') continue;
        const winners = assumptions(place, tier, facts).map((assumed) => winnerOf(plan, channel, assumed, looks));
        for (const winner of winners) {
          if (winner.place.agent === base.place.agent) continue;
          for (const name of unknownOf(winner.place, winner.tier, facts)) found.add(name);
        }
      }
    }
    if (tier === base.tier || found.size === unknown.length) break;
  }
  return found;
}

/** The unknown facts that some binding of the channel asks about. */
export function unknownFacts(channel: ChannelPlan | undefined, facts: Facts): FactName[] {
  return FACTS.filter((name) => facts[name] === UNKNOWN && channel?.asks.has(name) === true);
}

type Verdict = 'met' | 'unknown' | 'other account' | 'other peer' | 'other guild' | 'other team' | 'no such role';

/** Whether a place in a tier takes a conversation; `unknown`: for some values of the unknown facts. */
export function verdictOn(place: Place, tier: Tier, facts: Facts): Verdict {
  const { account, guild, team, roles } = place;
  const peer = peerVerdict(place, tier, facts);
  const isOther = (bound: string | null, fact: Fact<string>) => bound !== null && fact !== bound && fact !== UNKNOWN;
  if (isOther(account === '*' ? null : account, facts.account)) return 'other account';
  if (peer === 'other peer') return peer;
  if (isOther(guild, facts.guild)) return 'other guild';
  if (isOther(team, facts.team)) return 'other team';
  const { roles: held } = facts;
  if (roles.length > 0 && held !== UNKNOWN && !roles.some((role) => held.includes(role))) return 'no such role';
  return unknownOf(place, tier, facts).length > 0 ? 'unknown' : 'met';
}

/** The unknown facts that a place asks about. */
export function unknownOf(place: Place, tier: Tier, facts: Facts): FactName[] {
  return FACTS.filter((name) => facts[name] === UNKNOWN && asks(place, tier, name));
}

function peerVerdict({ peer, wildcard }: Place, tier: Tier, facts: Facts): 'met' | 'other peer' {
  if (wildcard !== null) return wildcard === facts.kind ? 'met' : 'other peer';
  if (peer === null) return 'met';
  if (tier !== 'binding.peer.parent') return peer === facts.peer ? 'met' : 'other peer';
  const isParent = facts.parent === UNKNOWN ? canBeParent(peer) : peer === facts.parent;
  return isParent ? 'met' : 'other peer';
}

function textOf(fact: Fact<string>): Fact<string> {
  return typeof fact === 'string' ? fact.trim() || null : fact;
}

/** The value that a tier looks for. */
function soughtBy(tier: Tier, facts: Facts): Fact<string> {
  switch (tier) {
    case 'binding.peer':
      return facts.peer;
    case 'binding.peer.parent':
      return facts.parent;
    case 'binding.peer.wildcard':
      return facts.kind;
    case 'binding.guild+roles':
    case 'binding.guild':
      return facts.guild;
    case 'binding.team':
      return facts.team;
    case 'binding.account':
      return facts.account;
    case 'binding.channel':
      return '*';
    case 'default':
      return null;
  }
}

/** The places of a tier that some values of the unknown facts could lead to. */
function reachable({ tiers }: ChannelPlan, tier: Tier, facts: Facts): readonly Group[] {
  const sought = soughtBy(tier, facts);
  if (sought === null) return [];
  const plan = tiers.get(tier);
  return (sought === UNKNOWN ? plan : plan?.bySought.get(sought))?.groups ?? [];
}

/** The facts with the values that a place names, once for each of its roles. */
function assumptions(place: Place, tier: Tier, facts: Facts): Facts[] {
  const asked = new Set(unknownOf(place, tier, facts));
  const assumed: Facts = {
    ...facts,
    account: asked.has('account') ? place.account : facts.account,
    parent: asked.has('parent') ? place.peer : facts.parent,
    guild: asked.has('guild') ? place.guild : facts.guild,
    team: asked.has('team') ? place.team : facts.team,
  };
  return asked.has('roles') ? place.roles.map((role) => ({ ...assumed, roles: [role] })) : [assumed];
}
