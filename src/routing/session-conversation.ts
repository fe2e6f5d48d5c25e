/**
 * The conversation of a session, from its key and from what is stored beside it: channel, account and peer, and the facts
 * that bindings ask about. `placement.ts` goes on from here to an agent.
 */
import { type SessionConversation, UNKNOWN } from '../model/conversation.ts';
import type { StoredRoute } from '../model/session.ts';
import { CHANNELS } from '../openclaw/channels.ts';
import type { RoutingConfig } from '../openclaw/config/routing.ts';
import type { KeyConversation, ParsedKey } from '../openclaw/keys.ts';
import { idsOfLink } from './identity-links.ts';
import { storedFacts } from './stored-facts.ts';

export interface ConversationInput {
  readonly key: ParsedKey;
  /** As it is stored. */
  readonly chatType: string | null;
  readonly account: string | null;
  readonly route: StoredRoute;
  /** OpenClaw's; null when unknown. */
  readonly version: string | null;
}

/** Ids that are digits or phone numbers. */
const CASELESS_CHANNELS = new Set(['telegram', 'discord', 'whatsapp', 'sms', 'voice-call']);

/** A forum topic is a peer of its own: `<group>:topic:<topic>`, and in Feishu the sender may follow. */
const TOPIC_CHANNELS = new Set(['telegram', 'feishu']);

/** Whether the ids of a channel have no letter case. */
export function hasCaselessIds(channel: string): boolean {
  return CASELESS_CHANNELS.has(channel);
}

/**
 * null: the key has no route, or names no channel. `unknown peer`: the key has the name of an identity link that names no
 * peer of its channel.
 */
export function sessionConversation(
  input: ConversationInput,
  config: RoutingConfig,
): SessionConversation | 'unknown peer' | null {
  const named = input.key.conversation;
  if (named === null || named.channel === null || !isChannel(named.channel, input.route, config)) return null;
  if (isRoomOfDirectChat(named, input)) return roomOfDirectChat(named, named.channel, input);
  const found = peerId(named, named.channel, input.route, config);
  if (found === null) return 'unknown peer';
  const { channel, kind, thread } = named;
  const isTopic = TOPIC_CHANNELS.has(channel) && kind !== 'direct' && thread !== null;
  const peer = { kind, id: isTopic ? `${found.id}:topic:${thread}` : found.id };
  const chat = isTopic ? { kind, id: found.id } : null;
  return {
    channel,
    account: named.account ?? (input.account || UNKNOWN),
    peer,
    thread,
    foldedId: found.isFolded,
    otherIds: found.others,
    ...storedFacts({ channel, peer, chat, route: input.route, version: input.version }),
  };
}

/**
 * With `dm.sessionScope: per-room` (2026.4.15 and later) Matrix routes a direct chat by its user, and names its session by the
 * room.
 */
function isRoomOfDirectChat({ channel, kind }: KeyConversation, { chatType }: ConversationInput): boolean {
  return channel === 'matrix' && kind !== 'direct' && chatType === 'direct';
}

/** Each room is a conversation of its own, as a thread of the direct chat would be. */
function roomOfDirectChat(
  { id: room, account, thread }: KeyConversation,
  channel: string,
  input: ConversationInput,
): SessionConversation | 'unknown peer' {
  const { route, version } = input;
  const user = route.addresses.map((address) => address.slice(address.indexOf('@'))).find((id) => id.startsWith('@'));
  if (user === undefined) return 'unknown peer';
  const peer = { kind: 'direct', id: user } as const;
  return {
    channel,
    account: account ?? (input.account || UNKNOWN),
    peer,
    thread: thread ?? room,
    foldedId: false,
    otherIds: [],
    ...storedFacts({ channel, peer, chat: null, route, version }),
  };
}

/** A label can look as a key of a channel does: only a word that is known as one counts. */
function isChannel(word: string, route: StoredRoute, config: RoutingConfig): boolean {
  const isBound = config.bindings.some(({ channel }) => channel === word);
  return route.channel === word || isBound || config.channels.includes(word) || CHANNELS.includes(word);
}

/** The peer's id with its letter case; null: it is hidden behind the name of an identity link that names none here. */
function peerId(
  { id, kind }: KeyConversation,
  channel: string,
  { addresses }: StoredRoute,
  { identityLinks }: RoutingConfig,
): { id: string; isFolded: boolean; others: readonly string[] } | null {
  const linked = kind === 'direct' ? idsOfLink(id, channel, identityLinks) : null;
  if (linked !== null) {
    // All of them, whoever wrote last: the session is of every peer that the link names.
    const [first, ...others] = linked;
    return first === undefined ? null : { id: first, isFolded: false, others };
  }
  for (const address of addresses) {
    const named = idIn(address, id);
    if (named !== null) return { id: named, isFolded: false, others: [] };
  }
  const isFolded = !hasCaselessIds(channel) && /\p{L}/u.test(id) && id === id.toLowerCase();
  return { id, isFolded, others: [] };
}

/** The id as an address spells it: `telegram:group:-100:topic:1` holds the id `-100`, and the id `-100:topic:1`. */
function idIn(address: string, id: string): string | null {
  const at = address.toLowerCase().lastIndexOf(id.toLowerCase());
  if (at < 0 || (at > 0 && !/[:+@]/.test(address[at - 1] ?? ''))) return null;
  return isEnd(address[at + id.length]) ? address.slice(at, at + id.length) : null;
}

function isEnd(next: string | undefined): boolean {
  return next === undefined || next === ':';
}
