/**
 * Searches the bindings for a conversation: the one that OpenClaw would choose, and the unknown facts of the conversation
 * that could make it choose another agent.
 */
import { type Conversation, type Fact, UNKNOWN } from '../model/conversation.ts';
import {
  type AgentGroup,
  asksAbout,
  type BindingIndex,
  type ChannelIndex,
  canBeParent,
  FACTS,
  type FactName,
} from './binding-index.ts';
import { normalAccount, normalKind, normalPeer } from './normal-ids.ts';
import { type RankedBinding, TIERS, type Tier } from './ranked-bindings.ts';
import type { RuleSet } from './rule-sets.ts';

/** A conversation in the form in which one rule set compares it. UNKNOWN equals no value that a binding names. */
export interface NormalConversation {
  readonly peer: string;
  readonly kind: string;
  readonly account: string | typeof UNKNOWN;
  readonly parent: Fact<string>;
  readonly guild: Fact<string>;
  readonly team: Fact<string>;
  readonly roles: readonly string[] | typeof UNKNOWN;
}

/** A binding, and the tier in which it matched: a binding of a peer also matches in the tier of the parent. */
export interface Match {
  readonly binding: RankedBinding;
  readonly tier: Tier;
}

/** How many times a binding was compared with a conversation: the work of a search. */
export interface Comparisons {
  count: number;
}

export function normalConversation({ peer, parent, ...rest }: Conversation, rules: RuleSet): NormalConversation {
  const { account, guild, team, roles } = rest;
  return {
    peer: normalPeer(peer.kind, peer.id, rules),
    kind: normalKind(peer.kind, rules),
    account: account === UNKNOWN ? UNKNOWN : normalAccount(account ?? '', rules),
    parent: parent === UNKNOWN || parent === null ? parent : normalPeer(parent.kind, parent.id, rules),
    guild: textOrNull(guild),
    team: textOrNull(team),
    roles: roles ?? [],
  };
}

/** The first match in OpenClaw's order; an unknown fact counts as a value that no binding names. */
export function firstMatch(
  { fallback }: BindingIndex,
  channel: ChannelIndex | undefined,
  conversation: NormalConversation,
  comparisons: Comparisons,
): Match {
  for (const tier of TIERS) {
    const value = lookupValue(tier, conversation);
    if (typeof value !== 'string') continue;
    for (const binding of channel?.tiers.get(tier)?.byValue.get(value)?.bindings ?? []) {
      comparisons.count++;
      if (compare(binding, tier, conversation) === 'matched') return { binding, tier };
    }
  }
  return { binding: fallback, tier: 'default' };
}

/**
 * The unknown facts that could give another agent than `base`, the first match. A binding wins for some values exactly if
 * it wins where the facts that it asks about have the values that it names (one of its roles), and all other unknown facts
 * a value that no binding names: more named values only help other bindings. So each binding needs one try, not every
 * combination of values. None behind `base` needs one, since `base` matches whatever the values are.
 */
export function undecidingFacts(
  index: BindingIndex,
  channel: ChannelIndex | undefined,
  conversation: NormalConversation,
  base: Match,
  comparisons: Comparisons,
): Set<FactName> {
  const found = new Set<FactName>();
  const unknown = unknownFacts(channel, conversation);
  if (channel === undefined || unknown.length === 0) return found;
  const isNew = (name: FactName) => conversation[name] === UNKNOWN && !found.has(name);
  for (const tier of TIERS) {
    for (const { agent, asksAbout: asked, bindings } of reachableGroups(channel, tier, conversation)) {
      if (agent === base.binding.agent) continue;
      for (const binding of bindings) {
        if (!asked.some(isNew)) break;
        comparisons.count++;
        if (compare(binding, tier, conversation) !== 'unknown') continue;
        for (const assumed of assumedConversations(binding, tier, conversation)) {
          const winner = firstMatch(index, channel, assumed, comparisons);
          if (winner.binding.agent === base.binding.agent) continue;
          for (const name of unknownAskedBy(winner.binding, winner.tier, conversation)) found.add(name);
        }
      }
    }
    if (tier === base.tier || found.size === unknown.length) break;
  }
  return found;
}

/** The unknown facts that some binding of the channel asks about. */
export function unknownFacts(channel: ChannelIndex | undefined, conversation: NormalConversation): FactName[] {
  return FACTS.filter((name) => conversation[name] === UNKNOWN && channel?.asksAbout.has(name) === true);
}

/** `unknown`: it matches for some values of the unknown facts. */
type Comparison =
  | 'matched'
  | 'unknown'
  | 'other account'
  | 'other peer'
  | 'other guild'
  | 'other team'
  | 'no such role';

/** Whether a binding in a tier matches a conversation. */
export function compare(binding: RankedBinding, tier: Tier, conversation: NormalConversation): Comparison {
  const { account, guild, team, roles } = binding;
  const isOther = (bound: string | null, fact: Fact<string>) => bound !== null && fact !== bound && fact !== UNKNOWN;
  if (isOther(account === '*' ? null : account, conversation.account)) return 'other account';
  if (!isPeer(binding, tier, conversation)) return 'other peer';
  if (isOther(guild, conversation.guild)) return 'other guild';
  if (isOther(team, conversation.team)) return 'other team';
  const { roles: held } = conversation;
  if (roles.length > 0 && held !== UNKNOWN && !roles.some((role) => held.includes(role))) return 'no such role';
  return unknownAskedBy(binding, tier, conversation).length > 0 ? 'unknown' : 'matched';
}

/** The unknown facts that a binding asks about. */
export function unknownAskedBy(binding: RankedBinding, tier: Tier, conversation: NormalConversation): FactName[] {
  return FACTS.filter((name) => conversation[name] === UNKNOWN && asksAbout(binding, tier, name));
}

/** An unknown parent may be any peer but a direct one. */
function isPeer({ peer, wildcard }: RankedBinding, tier: Tier, conversation: NormalConversation): boolean {
  if (wildcard !== null) return wildcard === conversation.kind;
  if (peer === null) return true;
  if (tier !== 'binding.peer.parent') return peer === conversation.peer;
  return conversation.parent === UNKNOWN ? canBeParent(peer) : peer === conversation.parent;
}

function textOrNull(fact: Fact<string>): Fact<string> {
  return typeof fact === 'string' ? fact.trim() || null : fact;
}

/** The value that a tier looks for. */
function lookupValue(tier: Tier, conversation: NormalConversation): Fact<string> {
  switch (tier) {
    case 'binding.peer':
      return conversation.peer;
    case 'binding.peer.parent':
      return conversation.parent;
    case 'binding.peer.wildcard':
      return conversation.kind;
    case 'binding.guild+roles':
    case 'binding.guild':
      return conversation.guild;
    case 'binding.team':
      return conversation.team;
    case 'binding.account':
      return conversation.account;
    case 'binding.channel':
      return '*';
    case 'default':
      return null;
  }
}

/** The bindings of a tier that some values of the unknown facts could lead to. */
function reachableGroups({ tiers }: ChannelIndex, tier: Tier, conversation: NormalConversation): readonly AgentGroup[] {
  const value = lookupValue(tier, conversation);
  if (value === null) return [];
  const index = tiers.get(tier);
  return (value === UNKNOWN ? index : index?.byValue.get(value))?.groups ?? [];
}

/** The conversation with the values that a binding names for its unknown facts, once for each of its roles. */
function assumedConversations(
  binding: RankedBinding,
  tier: Tier,
  conversation: NormalConversation,
): NormalConversation[] {
  const asked = new Set(unknownAskedBy(binding, tier, conversation));
  const assumed: NormalConversation = {
    ...conversation,
    account: asked.has('account') ? binding.account : conversation.account,
    parent: asked.has('parent') ? binding.peer : conversation.parent,
    guild: asked.has('guild') ? binding.guild : conversation.guild,
    team: asked.has('team') ? binding.team : conversation.team,
  };
  return asked.has('roles') ? binding.roles.map((role) => ({ ...assumed, roles: [role] })) : [assumed];
}
