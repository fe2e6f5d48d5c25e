import type { RoutingBinding, RoutingConfig } from '../openclaw/routing-config.ts';
import type { FactName, Plan } from './route-index.ts';
import { type Facts, type Match, unknownOf, verdictOn } from './route-match.ts';
import type { Place } from './route-plan.ts';
import { TIERS, type Tier } from './tiers.ts';

/** What became of a binding. */
export interface Tried {
  /** Its place in the config. */
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

/** Every binding of the config in the order in which OpenClaw looks at them, those that it does not look at last. */
export function triedBindings(
  config: RoutingConfig,
  channel: string,
  plan: Plan,
  facts: Facts,
  winner: Match,
): Tried[] {
  const places = Map.groupBy(plan.channels.get(channel)?.places ?? [], ({ index }) => index);
  return config.bindings
    .map((binding) => {
      const unseen = unseenOutcome(binding, channel, places.get(binding.index) ?? []);
      if (unseen !== null) return { index: binding.index, tier: null, outcome: unseen, unknown: [] };
      return outcomeOf(binding.index, places.get(binding.index) ?? [], facts, winner);
    })
    .sort((one, other) => rankOf(one.tier) - rankOf(other.tier) || one.index - other.index);
}

function unseenOutcome(binding: RoutingBinding, channel: string, places: readonly Place[]): Tried['outcome'] | null {
  if (!binding.isRoute) return 'not a route';
  if (binding.channel === '' || binding.peer === 'invalid') return 'never matches';
  if (binding.channel !== channel) return 'other channel';
  return places.length === 0 ? 'never matches' : null;
}

/** The best that a binding reaches in its tiers. */
function outcomeOf(index: number, places: readonly Place[], facts: Facts, winner: Match): Tried {
  const outcomes = places.flatMap((place) => tiersOf(place).map((tier) => tried(index, place, tier, facts, winner)));
  const reached =
    outcomes.find(({ outcome }) => outcome === 'matched') ?? outcomes.find(({ outcome }) => mayMatch(outcome));
  return reached ?? outcomes[0] ?? { index, tier: null, outcome: 'never matches', unknown: [] };
}

function tiersOf({ tier }: Place): Tier[] {
  return tier === 'binding.peer' ? [tier, 'binding.peer.parent'] : [tier];
}

function mayMatch(outcome: Tried['outcome']): boolean {
  return outcome === 'not known' || outcome === 'hidden by an earlier one';
}

function tried(index: number, place: Place, tier: Tier, facts: Facts, winner: Match): Tried {
  const verdict = verdictOn(place, tier, facts);
  if (verdict !== 'met' && verdict !== 'unknown') return { index, tier, outcome: verdict, unknown: [] };
  if (place === winner.place && tier === winner.tier) return { index, tier, outcome: 'matched', unknown: [] };
  const isAfter = rankOf(tier) - rankOf(winner.tier) || index - (winner.place.index ?? Number.POSITIVE_INFINITY);
  if (isAfter > 0) return { index, tier, outcome: 'hidden by an earlier one', unknown: [] };
  return { index, tier, outcome: 'not known', unknown: unknownOf(place, tier, facts) };
}

function rankOf(tier: Tier | null): number {
  return tier === null ? TIERS.length : TIERS.indexOf(tier);
}
