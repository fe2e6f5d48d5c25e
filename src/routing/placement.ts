/**
 * Where a session belongs: its conversation, the agent that the bindings choose for it, and the agents that another setting
 * sends it to.
 */
import { type Placement, type SessionConversation, UNKNOWN } from '../model/conversation.ts';
import type { RoutingConfig } from '../openclaw/config/routing.ts';
import { broadcastAgents, topicAgent } from './broadcast-and-topics.ts';
import { prepareRouting, type Route } from './resolve-route.ts';
import { type ConversationInput, sessionConversation } from './session-conversation.ts';

const NO_ROUTE: Placement = { conversation: null, agent: null, undecided: false, alsoTo: [], topicOwn: 'no' };

/** The placements of sessions by one config; null: nobody knows what the config says. */
export function preparePlacement(config: RoutingConfig | null): (input: ConversationInput) => Placement {
  if (config === null) return (input) => ({ ...NO_ROUTE, undecided: input.key.conversation?.channel != null });
  const routings = new Map<string | null, ReturnType<typeof prepareRouting>>();
  return (input) => {
    const { version } = input;
    const conversation = sessionConversation(input, config);
    if (conversation === null) return NO_ROUTE;
    if (conversation === 'unknown peer') return { ...NO_ROUTE, undecided: true };
    const topic = topicAgent(config, version, conversation);
    if (topic === UNKNOWN) return { ...NO_ROUTE, conversation, undecided: true, topicOwn: 'maybe' };
    if (topic !== null) return { ...NO_ROUTE, conversation, alsoTo: [topic], topicOwn: 'yes' };
    const route = routings.get(version) ?? prepareRouting(config, version);
    routings.set(version, route);
    const possible = possibleConversations(conversation, config);
    const agents = new Set(possible.map((each) => agentOf(route(each))));
    const [agent = null] = agents;
    const undecided = agents.size > 1 || agents.has(undefined);
    const alsoTo = [...new Set(possible.flatMap((each) => broadcastAgents(config, version, each)))];
    return { ...NO_ROUTE, conversation, agent: undecided ? null : agent, undecided, alsoTo };
  };
}

/** undefined: undecided. */
function agentOf(route: Route): string | null | undefined {
  return route.decided ? route.agent : undefined;
}

/**
 * The conversation once for each id that its peer may have: as the key has it first, then other peers of its identity link,
 * then other letter cases that the config writes.
 */
export function possibleConversations(conversation: SessionConversation, config: RoutingConfig): SessionConversation[] {
  const { peer, foldedId, otherIds, channel } = conversation;
  const ids = new Set(otherIds);
  if (foldedId) {
    for (const id of configuredIds(channel, config)) if (id.toLowerCase() === peer.id.toLowerCase()) ids.add(id);
  }
  ids.delete(peer.id);
  return [conversation, ...[...ids].map((id) => ({ ...conversation, peer: { ...peer, id } }))];
}

/** Every id of a channel that the config names. */
function* configuredIds(channel: string, { bindings, broadcast }: RoutingConfig): Generator<string> {
  for (const binding of bindings) {
    if (binding.channel === channel && binding.peer !== null && binding.peer !== 'invalid') yield binding.peer.id;
  }
  for (const peer of broadcast.keys()) yield peer.startsWith(`${channel}:`) ? peer.slice(channel.length + 1) : peer;
}
