/** Says of every binding of a config what became of it for one conversation, for a person who asks why. */
import type { RoutingBinding, RoutingConfig } from '../openclaw/config/routing.ts';
import type { BindingIndex, FactName } from './binding-index.ts';
import { compare, type Match, type NormalConversation, unknownAskedBy } from './match-bindings.ts';
import { type RankedBinding, TIERS, type Tier } from './ranked-bindings.ts';

/** What became of a binding. */
export interface BindingOutcome {
  /** Where it stands in the config's list. */
  readonly index: number;
  /** Where it matched, or would have; null: it is in none. */
  readonly tier: Tier | null;
  readonly outcome:
    | 'matched'
    | 'hidden by an earlier one'
    | 'not known'
    | 'other channel'
    | 'other account'
    | 'other peer'
    | 'other guild'
    | 'other team'
    | 'no such role'
    | 'not a route'
    | 'never matches';
  /** The facts that decide over `not known`. */
  readonly unknown: readonly FactName[];
}

/** Every binding of the config in the order in which OpenClaw looks at them; those that it does not look at are last. */
export function explainBindings(
  config: RoutingConfig,
  channel: string,
  index: BindingIndex,
  conversation: NormalConversation,
  winner: Match,
): BindingOutcome[] {
  const byPosition = Map.groupBy(index.channels.get(channel)?.bindings ?? [], (binding) => binding.index);
  return config.bindings
    .map((binding) => {
      const ranked = byPosition.get(binding.index) ?? [];
      const why = whyNotCompared(binding, channel, ranked);
      if (why !== null) return { index: binding.index, tier: null, outcome: why, unknown: [] };
      return bestOutcome(binding.index, ranked, conversation, winner);
    })
    .sort((one, other) => rankOf(one.tier) - rankOf(other.tier) || one.index - other.index);
}

function whyNotCompared(
  binding: RoutingBinding,
  channel: string,
  ranked: readonly RankedBinding[],
): BindingOutcome['outcome'] | null {
  if (!binding.isRoute) return 'not a route';
  if (binding.channel === '' || binding.peer === 'invalid') return 'never matches';
  if (binding.channel !== channel) return 'other channel';
  return ranked.length === 0 ? 'never matches' : null;
}

/** The best that a binding reaches in its tiers. */
function bestOutcome(
  index: number,
  ranked: readonly RankedBinding[],
  conversation: NormalConversation,
  winner: Match,
): BindingOutcome {
  const outcomes = ranked.flatMap((binding) =>
    tiersOf(binding).map((tier) => outcomeOf(index, binding, tier, conversation, winner)),
  );
  const reached =
    outcomes.find(({ outcome }) => outcome === 'matched') ?? outcomes.find(({ outcome }) => mayMatch(outcome));
  return reached ?? outcomes[0] ?? { index, tier: null, outcome: 'never matches', unknown: [] };
}

function tiersOf({ tier }: RankedBinding): Tier[] {
  return tier === 'binding.peer' ? [tier, 'binding.peer.parent'] : [tier];
}

function mayMatch(outcome: BindingOutcome['outcome']): boolean {
  return outcome === 'not known' || outcome === 'hidden by an earlier one';
}

function outcomeOf(
  index: number,
  binding: RankedBinding,
  tier: Tier,
  conversation: NormalConversation,
  winner: Match,
): BindingOutcome {
  const compared = compare(binding, tier, conversation);
  if (compared !== 'matched' && compared !== 'unknown') return { index, tier, outcome: compared, unknown: [] };
  if (binding === winner.binding && tier === winner.tier) return { index, tier, outcome: 'matched', unknown: [] };
  const isAfter = rankOf(tier) - rankOf(winner.tier) || index - (winner.binding.index ?? Number.POSITIVE_INFINITY);
  if (isAfter > 0) return { index, tier, outcome: 'hidden by an earlier one', unknown: [] };
  return { index, tier, outcome: 'not known', unknown: unknownAskedBy(binding, tier, conversation) };
}

function rankOf(tier: Tier | null): number {
  return tier === null ? TIERS.length : TIERS.indexOf(tier);
}
