import { prepareRouting, type Route } from './bindings.ts';
import { UNKNOWN } from './conversation.ts';
import { broadcastAgents, topicAgent } from './route-overrides.ts';
import type { RoutingConfig } from './routing-config.ts';
import { type ConversationInput, type SessionConversation, sessionConversation } from './session-conversation.ts';

/** Where a session belongs by the config. */
export interface Placement {
  /** null: its key has no route, or its peer is not known. */
  readonly conversation: SessionConversation | null;
  /** The agent that the bindings choose; null: they have no say, or OpenClaw refuses to choose. */
  readonly agent: string | null;
  /** The stored facts, or the version, do not decide. */
  readonly undecided: boolean;
  /** Agents that another setting sends the conversation to as well: `broadcast`, a forum topic's own agent. */
  readonly alsoTo: readonly string[];
}

const NO_ROUTE: Placement = { conversation: null, agent: null, undecided: false, alsoTo: [] };

/** `placementOf` for many sessions of one config. */
export function preparePlacement(config: RoutingConfig): (input: ConversationInput) => Placement {
  const routings = new Map<string | null, ReturnType<typeof prepareRouting>>();
  return (input) => {
    const conversation = sessionConversation(input, config);
    if (conversation === null) return NO_ROUTE;
    if (conversation === 'unknown peer') return { ...NO_ROUTE, undecided: true };
    const topic = topicAgent(config, input.version, conversation);
    // A topic's own agent outranks the bindings.
    if (topic === UNKNOWN) return { conversation, agent: null, undecided: true, alsoTo: [] };
    if (topic !== null) return { conversation, agent: null, undecided: false, alsoTo: [topic] };
    const route = routings.get(input.version) ?? prepareRouting(config, input.version);
    routings.set(input.version, route);
    const agents = new Set(spellings(conversation, config).map((spelt) => agentOf(route(spelt))));
    const [agent = null] = agents;
    const undecided = agents.size > 1 || agents.has(undefined);
    const alsoTo = broadcastAgents(config, input.version, conversation);
    return { conversation, agent: undecided ? null : agent, undecided, alsoTo };
  };
}

/** undefined: undecided. */
function agentOf(route: Route): string | null | undefined {
  return route.decided ? route.agent : undefined;
}

/** The conversation, and with each id that a binding spells in other letter cases, where only the key tells the id. */
export function spellings(conversation: SessionConversation, config: RoutingConfig): SessionConversation[] {
  const { peer, foldedId, channel } = conversation;
  if (!foldedId) return [conversation];
  const folded = peer.id.toLowerCase();
  const ids = config.bindings
    .filter((binding) => binding.channel === channel)
    .flatMap(({ peer: bound }) => (bound === null || bound === 'invalid' ? [] : [bound.id]))
    .filter((id) => id !== peer.id && id.toLowerCase() === folded);
  return [conversation, ...[...new Set(ids)].map((id) => ({ ...conversation, peer: { ...peer, id } }))];
}
