import type { Conversation } from '../model/conversation.ts';
import type { RoutingConfig } from '../openclaw/routing-config.ts';
import { FACTS, type FactName, type Plan, planOf } from './route-index.ts';
import { factsOf, type Looks, rivalFacts, unknownFacts, winnerOf } from './route-match.ts';
import { type Draft, draftOf } from './route-plan.ts';
import { type Tried, triedBindings } from './route-tried.ts';
import { possibleRules, type RuleSet } from './rule-sets.ts';
import type { Tier } from './tiers.ts';

/** The agent of a conversation, as OpenClaw's bindings choose it. */
interface DecidedRoute {
  readonly decided: true;
  /** null: OpenClaw refuses to choose one. */
  readonly agent: string | null;
  /** With a value that no binding names for each unknown fact, in the newest version that may run. */
  readonly tier: Tier;
  /** Its place in the config; null: none of the config's. */
  readonly binding: number | null;
  /** What some binding of the channel asks about without changing the agent. */
  readonly unknown: readonly FactName[];
  /** Every binding in OpenClaw's order; made when called, since only a person reads it. */
  readonly tried: () => readonly Tried[];
}

interface UndecidedRoute {
  readonly decided: false;
  /** What would have to be known; `version`: the versions that may run choose differently, or none is known. */
  readonly unknown: readonly (FactName | 'version')[];
  readonly tried: () => readonly Tried[];
}

export type Route = DecidedRoute | UndecidedRoute;

/** Which agent a conversation belongs to, by the bindings of a config and the rules of a version (null: unknown). */
export function resolveRoute(config: RoutingConfig, version: string | null, conversation: Conversation): Route {
  return prepareRouting(config, version)(conversation);
}

/** `resolveRoute` for many conversations of one config. */
export function prepareRouting(
  config: RoutingConfig,
  version: string | null,
  looks: Looks = { count: 0 },
): (conversation: Conversation) => Route {
  const plans = plansOf(config, version);
  return (conversation) => route(config, plans, conversation, looks);
}

function route(config: RoutingConfig, plans: readonly Plan[], conversation: Conversation, looks: Looks): Route {
  const name = conversation.channel.trim().toLowerCase();
  const answers = plans.map((plan) => {
    const channel = plan.channels.get(name);
    const facts = factsOf(conversation, plan.rules);
    const winner = winnerOf(plan, channel, facts, looks);
    return { plan, channel, facts, winner, rivals: rivalFacts(plan, channel, facts, winner, looks) };
  });
  const newest = answers.at(-1);
  if (newest === undefined) return { decided: false, unknown: ['version'], tried: () => [] };
  const { winner, facts, channel, plan } = newest;
  const tried = () => triedBindings(config, name, plan, facts, winner);
  const differ = answers.some(
    (answer) => answer.winner.place.agent !== winner.place.agent || answer.rivals.size > 0 !== newest.rivals.size > 0,
  );
  const rivals = FACTS.filter((fact) => answers.some((answer) => answer.rivals.has(fact)));
  if (differ || rivals.length > 0) return { decided: false, unknown: differ ? ['version', ...rivals] : rivals, tried };
  const { place, tier } = winner;
  return {
    decided: true,
    agent: place.agent,
    tier,
    binding: place.index,
    unknown: unknownFacts(channel, facts),
    tried,
  };
}

/** A plan for each way in which the version may behave, without those that make no difference; the newest is last. */
function plansOf(config: RoutingConfig, version: string | null): Plan[] {
  const all = possibleRules(version);
  const loading = all.filter((rules) => canLoad(config, rules));
  const drafts = new Map<string, Draft>();
  for (const rules of loading.length > 0 ? loading : all) {
    const draft = draftOf(config, rules);
    const same = JSON.stringify([rules.foldedAccounts, rules.groupIsChannel, draft.fallback, [...draft.places]]);
    drafts.set(same, draft);
  }
  return [...drafts.values()].map(planOf);
}

/** OpenClaw refuses keys that it does not know, so a config that has them tells which versions cannot be running. */
function canLoad(config: RoutingConfig, rules: RuleSet): boolean {
  return (rules.allConstraints || !config.usesNewKeys) && (rules.explicitDefault || !config.usesEntries);
}
