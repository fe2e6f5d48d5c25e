import { type Placement, type SessionConversation, UNKNOWN } from '../model/conversation.ts';
import type { RoutingConfig } from '../openclaw/routing-config.ts';
import { prepareRouting, type Route } from './bindings.ts';
import { broadcastAgents, topicAgent } from './route-overrides.ts';
import { type ConversationInput, sessionConversation } from './session-conversation.ts';

const NO_ROUTE: Placement = { conversation: null, agent: null, undecided: false, alsoTo: [], topicOwn: 'no' };

/** `placementOf` for many sessions of one config; null: nobody knows what it says. */
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
    const possible = spellings(conversation, config);
    const agents = new Set(possible.map((spelt) => agentOf(route(spelt))));
    const [agent = null] = agents;
    const undecided = agents.size > 1 || agents.has(undefined);
    const alsoTo = [...new Set(possible.flatMap((spelt) => broadcastAgents(config, version, spelt)))];
    return { ...NO_ROUTE, conversation, agent: undecided ? null : agent, undecided, alsoTo };
  };
}

/** undefined: undecided. */
function agentOf(route: Route): string | null | undefined {
  return route.decided ? route.agent : undefined;
}

/** The conversation with each id that its peer may have: other peers of a link, other letter cases that the config spells. */
export function spellings(conversation: SessionConversation, config: RoutingConfig): SessionConversation[] {
  const { peer, foldedId, otherIds, channel } = conversation;
  const ids = new Set(otherIds);
  if (foldedId) for (const id of spelt(channel, config)) if (id.toLowerCase() === peer.id.toLowerCase()) ids.add(id);
  ids.delete(peer.id);
  return [conversation, ...[...ids].map((id) => ({ ...conversation, peer: { ...peer, id } }))];
}

/** Every id of a channel that the config names. */
function* spelt(channel: string, { bindings, broadcast }: RoutingConfig): Generator<string> {
  for (const binding of bindings) {
    if (binding.channel === channel && binding.peer !== null && binding.peer !== 'invalid') yield binding.peer.id;
  }
  for (const peer of broadcast.keys()) yield peer.startsWith(`${channel}:`) ? peer.slice(channel.length + 1) : peer;
}
