/**
 * Which agent a conversation belongs to, by the bindings of a config. Where the version is not known well enough, every
 * way in which it may read the bindings is asked, and the route is decided only if all give one answer.
 */
import type { Conversation } from '../model/conversation.ts';
import type { RoutingConfig } from '../openclaw/config/routing.ts';
import { type BindingIndex, FACTS, type FactName, indexBindings } from './binding-index.ts';
import { type BindingOutcome, explainBindings } from './explain-bindings.ts';
import { type Comparisons, firstMatch, normalConversation, undecidingFacts, unknownFacts } from './match-bindings.ts';
import { type RankedBindings, rankBindings, type Tier } from './ranked-bindings.ts';
import { possibleRules, type RuleSet } from './rule-sets.ts';

/** The agent of a conversation, as OpenClaw's bindings choose it. */
interface DecidedRoute {
  readonly decided: true;
  /** null: OpenClaw refuses to choose one. */
  readonly agent: string | null;
  /** With a value that no binding names for each unknown fact, in the newest version that may run. */
  readonly tier: Tier;
  /** Where the binding stands in the config's list; null: it is none of the config's. */
  readonly binding: number | null;
  /** What some binding of the channel asks about without changing the agent. */
  readonly unknown: readonly FactName[];
  /** What became of each binding; made when called, since only a person reads it. */
  readonly explain: () => readonly BindingOutcome[];
}

interface UndecidedRoute {
  readonly decided: false;
  /** What would have to be known; `version`: the versions that may run choose differently, or none is known. */
  readonly unknown: readonly (FactName | 'version')[];
  readonly explain: () => readonly BindingOutcome[];
}

export type Route = DecidedRoute | UndecidedRoute;

/** The routes of conversations by one config and the rules of one version (null: unknown). */
export function prepareRouting(
  config: RoutingConfig,
  version: string | null,
  comparisons: Comparisons = { count: 0 },
): (conversation: Conversation) => Route {
  const indexes = possibleIndexes(config, version);
  return (conversation) => resolveRoute(config, indexes, conversation, comparisons);
}

function resolveRoute(
  config: RoutingConfig,
  indexes: readonly BindingIndex[],
  given: Conversation,
  comparisons: Comparisons,
): Route {
  const name = given.channel.trim().toLowerCase();
  const answers = indexes.map((index) => {
    const channel = index.channels.get(name);
    const conversation = normalConversation(given, index.rules);
    const winner = firstMatch(index, channel, conversation, comparisons);
    const undeciding = undecidingFacts(index, channel, conversation, winner, comparisons);
    return { index, channel, conversation, winner, undeciding };
  });
  const newest = answers.at(-1);
  if (newest === undefined) return { decided: false, unknown: ['version'], explain: () => [] };
  const { winner, conversation, channel, index } = newest;
  const explain = () => explainBindings(config, name, index, conversation, winner);
  const differ = answers.some(
    (answer) =>
      answer.winner.binding.agent !== winner.binding.agent || answer.undeciding.size > 0 !== newest.undeciding.size > 0,
  );
  const undeciding = FACTS.filter((fact) => answers.some((answer) => answer.undeciding.has(fact)));
  if (differ || undeciding.length > 0) {
    return { decided: false, unknown: differ ? ['version', ...undeciding] : undeciding, explain };
  }
  return {
    decided: true,
    agent: winner.binding.agent,
    tier: winner.tier,
    binding: winner.binding.index,
    unknown: unknownFacts(channel, conversation),
    explain,
  };
}

/** An index for each way in which the version may behave, without those that make no difference; the newest is last. */
function possibleIndexes(config: RoutingConfig, version: string | null): BindingIndex[] {
  const all = possibleRules(version);
  const loading = all.filter((rules) => canLoad(config, rules));
  const different = new Map<string, RankedBindings>();
  for (const rules of loading.length > 0 ? loading : all) {
    const ranked = rankBindings(config, rules);
    const { fallback, byChannel } = ranked;
    different.set(JSON.stringify([rules.foldedAccounts, rules.groupIsChannel, fallback, [...byChannel]]), ranked);
  }
  return [...different.values()].map(indexBindings);
}

/** OpenClaw refuses keys that it does not know, so a config that has them tells which versions cannot be running. */
function canLoad(config: RoutingConfig, rules: RuleSet): boolean {
  return (rules.allConstraints || !config.usesNewKeys) && (rules.explicitDefault || !config.usesEntries);
}
