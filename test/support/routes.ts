import { type Conversation, type Peer, UNKNOWN } from '../../src/model/conversation.ts';
import type { RoutingConfig } from '../../src/openclaw/config/routing.ts';
import { prepareRouting, type Route } from '../../src/routing/resolve-route.ts';

/** What a channel hands to OpenClaw's `resolveAgentRoute`. */
export interface RouteInput {
  readonly channel: string;
  readonly accountId?: string;
  readonly peer: Peer;
  readonly parentPeer?: Peer;
  readonly guildId?: string;
  readonly teamId?: string;
  readonly memberRoleIds?: readonly string[];
}

export function conversationOf(input: RouteInput): Conversation {
  return {
    channel: input.channel,
    account: input.accountId ?? null,
    peer: input.peer,
    parent: input.parentPeer ?? null,
    guild: input.guildId ?? null,
    team: input.teamId ?? null,
    roles: input.memberRoleIds ?? null,
  };
}

/** Chat 111 of Telegram, all of it known. */
export const DIRECT: Conversation = conversationOf({ channel: 'telegram', peer: { kind: 'direct', id: '111' } });

/** Channel 7001 of Discord's guild 900, all of it known. */
export const ROOM: Conversation = conversationOf({
  channel: 'discord',
  peer: { kind: 'channel', id: '7001' },
  guildId: '900',
  memberRoleIds: [],
});

/** The same room as an index of the file era tells of it. */
export const VAGUE_ROOM: Conversation = { ...ROOM, parent: UNKNOWN, guild: UNKNOWN, roles: UNKNOWN };

/** Versions that were called. */
export const CALLED = ['2026.2.6-3', '2026.4.15', '2026.7.35', '2026.9.6'] as const;

/** Three agents, `main` the default, and these bindings: an agent, and what it is for. */
export function bound(...bindings: (readonly [agent: string, match: object])[]) {
  return {
    agents: { list: [{ id: 'main', default: true }, { id: 'work' }, { id: 'family' }] },
    bindings: bindings.map(([agentId, match]) => ({ agentId, match })),
  };
}

/** The route of one conversation. */
export function routeOf(config: RoutingConfig, version: string | null, conversation: Conversation): Route {
  return prepareRouting(config, version)(conversation);
}
