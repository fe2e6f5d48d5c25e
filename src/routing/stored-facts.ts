/**
 * What bindings ask about and no key says: the parent, guild, team and roles of a conversation. Each is stored, known to be
 * absent, or unknown, by channel and version.
 */
import { type Conversation, type Fact, type Peer, UNKNOWN } from '../model/conversation.ts';
import type { StoredRoute } from '../model/session.ts';
import { CHANNELS } from '../openclaw/channels.ts';
import { type ChangeName, has } from '../openclaw/versions.ts';

type StoredFacts = Pick<Conversation, 'parent' | 'guild' | 'team' | 'roles'>;

/** A peer, the chat that it is a topic of (null: it is none), and what is stored of its session. */
export interface FactsInput {
  readonly channel: string;
  readonly peer: Peer;
  readonly chat: Peer | null;
  readonly route: StoredRoute;
  /** OpenClaw's; null when unknown. */
  readonly version: string | null;
}

/** Channels that hand over a team. */
const TEAM_CHANNELS: ReadonlySet<string> = new Set(['slack', 'mattermost', 'msteams']);

export function storedFacts(input: FactsInput): StoredFacts {
  const { channel, peer, route } = input;
  const isDiscordRoom = channel === 'discord' && peer.kind !== 'direct';
  // Roles are of whoever wrote last, and another member may have others.
  const roles = isDiscordRoom ? UNKNOWN : null;
  const { record } = route;
  if (record !== null) {
    // It has the thread's parent, and that of a direct chat is none: what is handed over there is not in it.
    const isThread = record.parent !== null && peer.kind !== 'direct';
    const parent = isThread ? { kind: peer.kind, id: record.parent } : derivedParent(input);
    return { parent, guild: record.guild, team: record.team, roles };
  }
  const parent = isDiscordRoom ? discordParent(input) : derivedParent(input);
  if (!CHANNELS.includes(channel)) return { parent, guild: UNKNOWN, team: UNKNOWN, roles: UNKNOWN };
  const guild = isDiscordRoom ? discordGuild(route.space) : null;
  return { parent, guild, team: TEAM_CHANNELS.has(channel) ? teamOf(input) : null, roles };
}

/** The parent that a channel hands over, as far as peer and room tell it. Direct chats have none, but for two channels. */
function derivedParent({ channel, peer, chat, route, version }: FactsInput): Fact<Peer> {
  const isDirect = peer.kind === 'direct';
  if (channel === 'matrix' && isDirect) return since('matrixRoomIsParent', version, matrixRoom(route));
  // The peer of an agent of others is `<name>:<context>`.
  if (channel === 'a2a' && isDirect) return { kind: 'direct', id: peer.id.split(':')[0] ?? '' };
  if (channel === 'feishu' && chat !== null) return since('feishuGroupIsParent', version, chat);
  if (isDirect || CHANNELS.includes(channel)) return chat;
  return UNKNOWN;
}

/** A parent that is handed over since a change; UNKNOWN where the version may or may not have it. */
function since(change: ChangeName, version: string | null, parent: Fact<Peer>): Fact<Peer> {
  const isHandedOver = has(version, change);
  if (isHandedOver === null) return UNKNOWN;
  return isHandedOver ? parent : null;
}

/** A direct message of Matrix has a room too; answers go to it. */
function matrixRoom({ nativeChannel, addresses }: StoredRoute): Fact<Peer> {
  const room = nativeChannel ?? addresses.find((address) => address.startsWith(ROOM)) ?? null;
  return room === null ? UNKNOWN : { kind: 'channel', id: room.startsWith(ROOM) ? room.slice(ROOM.length) : room };
}

const ROOM = 'room:';

/** No file says which channel a thread hangs off; newer ones say whether it is a thread at all. */
function discordParent({ route, version }: FactsInput): Fact<Peer> {
  return route.threadId === null && has(version, 'discordThreadIdStored') === true ? null : UNKNOWN;
}

/** The id where the guild is configured, else the slug of its name: only digits are an id. */
function discordGuild(space: string | null): Fact<string> {
  return space !== null && /^\d+$/.test(space) ? space : UNKNOWN;
}

/** Files have that of Slack's channels and groups (2026.7.35), and no other. */
function teamOf({ channel, peer, route }: FactsInput): Fact<string> {
  return channel === 'slack' && peer.kind !== 'direct' && route.space !== null ? route.space : UNKNOWN;
}
