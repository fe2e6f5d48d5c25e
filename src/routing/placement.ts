/**
 * Where a session belongs: its conversation, the agent that the bindings choose for it, and the agents that another setting
 * sends it to.
 */
import { type Placement, type SessionConversation, UNKNOWN } from '../model/conversation.ts';
import { OWN_CHANNELS } from '../openclaw/channels.ts';
import type { RoutingConfig } from '../openclaw/config/routing.ts';
import { broadcastAgents, topicAgent } from './broadcast-and-topics.ts';
import { spellingsOf } from './configured-ids.ts';
import { prepareRouting, type Route } from './resolve-route.ts';
import { type ConversationInput, sessionConversation } from './session-conversation.ts';

export const NO_ROUTE: Placement = {
  conversation: null,
  agent: null,
  undecided: false,
  alsoTo: [],
  topicOwn: 'no',
  ofChannel: false,
};

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
    const routes = possible.map((each) => route(each));
    const agents = new Set(routes.map(agentOf));
    const [agent = null] = agents;
    const ofChannel = !OWN_CHANNELS.includes(conversation.channel) && !routes.every(isOfPeer);
    const undecided = agents.size > 1 || agents.has(undefined) || ofChannel;
    const alsoTo = [...new Set(possible.flatMap((each) => broadcastAgents(config, version, each)))];
    return { ...NO_ROUTE, conversation, agent: undecided ? null : agent, undecided, alsoTo, ofChannel };
  };
}

/** undefined: undecided. */
function agentOf(route: Route): string | null | undefined {
  return route.decided ? route.agent : undefined;
}

/**
 * Whether a binding names the peer itself. The plugins of WeCom and DingTalk make an agent for each peer, or send a message
 * to the agent that it calls, whatever the bindings of the channel say. The one of Feishu, which is OpenClaw's own, makes
 * agents too, and writes such a binding for each.
 */
function isOfPeer(route: Route): boolean {
  return route.decided && route.tier === 'binding.peer';
}

/**
 * The conversation once for each id that its peer may have: as the key has it first, then other peers of its identity link,
 * then other letter cases that the config writes.
 */
export function possibleConversations(conversation: SessionConversation, config: RoutingConfig): SessionConversation[] {
  const { peer, foldedId, otherIds, channel } = conversation;
  const ids = new Set(otherIds);
  if (foldedId) for (const id of spellingsOf(peer.id, channel, config)) ids.add(id);
  ids.delete(peer.id);
  return [conversation, ...[...ids].map((id) => ({ ...conversation, peer: { ...peer, id } }))];
}
