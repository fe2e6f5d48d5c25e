import type { StoredRoute } from '../store/session.ts';
import { CHANNELS } from './channels.ts';
import { type Conversation, type Fact, type Peer, UNKNOWN } from './conversation.ts';
import { type KeyConversation, keyConversation } from './key-conversation.ts';
import type { RoutingConfig } from './routing-config.ts';
import { isAtLeast } from './version.ts';

export interface ConversationInput {
  readonly key: string;
  readonly account: string | null;
  readonly route: StoredRoute;
  /** OpenClaw's; null when unknown. */
  readonly version: string | null;
}

/** The conversation of a session: as its key, its entry and its rows tell of it together. */
export interface SessionConversation extends Conversation {
  /** Of the key; a forum topic of Telegram, which is part of the peer, too. */
  readonly thread: string | null;
  /** The peer's id may have other letter cases than here: the key is lower case, and nothing else tells. */
  readonly foldedId: boolean;
}

/** Channels whose ids have no letter case: digits, phone numbers. */
const CASELESS = new Set(['telegram', 'discord', 'whatsapp', 'sms', 'voice-call']);

/**
 * null: the key has no route, or names no channel. `unknown peer`: the key has the name of an identity link, and nothing
 * says which of its peers it is.
 */
export function sessionConversation(
  input: ConversationInput,
  config: RoutingConfig,
): SessionConversation | 'unknown peer' | null {
  const named = keyConversation(input.key);
  if (named === null || named.channel === null || !isChannel(named.channel, input.route, config)) return null;
  const found = peerId(named, named.channel, input.route, config);
  if (found === null) return 'unknown peer';
  const isTopic = named.channel === 'telegram' && named.kind !== 'direct' && named.thread !== null;
  const peer = { kind: named.kind, id: isTopic ? `${found.id}:topic:${named.thread}` : found.id };
  return {
    channel: named.channel,
    account: named.account ?? (input.account || UNKNOWN),
    peer,
    thread: named.thread,
    foldedId: found.isFolded,
    ...facts(named.channel, peer, isTopic ? { kind: named.kind, id: found.id } : null, input),
  };
}

/** A label can look as a key of a channel does: only a word that is known as one counts. */
function isChannel(word: string, route: StoredRoute, config: RoutingConfig): boolean {
  const isBound = config.bindings.some(({ channel }) => channel === word);
  return route.channel === word || isBound || config.channels.includes(word) || CHANNELS.some((name) => name === word);
}

/** The peer's id with its letter case; null: it is hidden behind the name of an identity link. */
function peerId(
  { id, kind }: KeyConversation,
  channel: string,
  { addresses }: StoredRoute,
  { identityLinks }: RoutingConfig,
): { id: string; isFolded: boolean } | null {
  const linked = kind === 'direct' ? identityLinks.get(id) : undefined;
  if (linked !== undefined) {
    const own = [...addresses, ...linked].flatMap((address) => ofChannel(address, channel));
    const [only, ...others] = new Set(own);
    return only === undefined || others.length > 0 ? null : { id: only, isFolded: false };
  }
  for (const address of addresses) {
    const at = address.toLowerCase().lastIndexOf(id.toLowerCase());
    const isWhole = at >= 0 && (at === 0 || /[:+@]/.test(address[at - 1] ?? '')) && isEnd(address[at + id.length]);
    if (isWhole) return { id: address.slice(at, at + id.length), isFolded: false };
  }
  return { id, isFolded: !CASELESS.has(channel) && /\p{L}/u.test(id) && id === id.toLowerCase() };
}

function isEnd(next: string | undefined): boolean {
  return next === undefined || next === ':';
}

/** `telegram:111` is the peer 111 of Telegram. */
function ofChannel(address: string, channel: string): string[] {
  const [first, ...rest] = address.split(':');
  const id = rest.filter((part) => part !== 'direct' && part !== 'dm' && part !== 'user').join(':');
  return first?.toLowerCase() === channel && id !== '' ? [id] : [];
}

type Facts = Pick<Conversation, 'parent' | 'guild' | 'team' | 'roles'>;

const NONE: Facts = { parent: null, guild: null, team: null, roles: null };

/** What routing asks for besides the peer: stored, known to be absent, or unknown, by channel and version. */
function facts(channel: string, peer: Peer, group: Peer | null, { route, version }: ConversationInput): Facts {
  if (route.record !== null) {
    const { parent, guild, team } = route.record;
    // Roles are of whoever wrote last, and another member may have others.
    const roles = channel === 'discord' && peer.kind !== 'direct' ? UNKNOWN : null;
    return { parent: parent === null ? group : { kind: peer.kind, id: parent }, guild, team, roles };
  }
  switch (channel) {
    case 'telegram':
      return { ...NONE, parent: group };
    case 'whatsapp':
    case 'signal':
      return NONE;
    case 'discord':
      if (peer.kind === 'direct') return NONE;
      return { parent: discordParent(route, version), guild: discordGuild(route.space), team: null, roles: UNKNOWN };
    case 'slack':
      return { ...NONE, team: peer.kind === 'direct' || route.space === null ? UNKNOWN : route.space };
    default:
      return { parent: UNKNOWN, guild: UNKNOWN, team: UNKNOWN, roles: UNKNOWN };
  }
}

/** No file says which channel a thread hangs off; from 2026.4.15 on it says whether it is a thread at all. */
function discordParent({ threadId }: StoredRoute, version: string | null): Fact<Peer> {
  return threadId === null && isAtLeast(version, [2026, 4, 15]) === true ? null : UNKNOWN;
}

/** The id where the guild is configured, else the slug of its name: only digits are an id. */
function discordGuild(space: string | null): Fact<string> {
  return space !== null && /^\d+$/.test(space) ? space : UNKNOWN;
}

/** Whether two conversations are one: two accounts that are known are two, an unknown one matches any. */
export function sameAccount(one: Fact<string>, other: Fact<string>): boolean {
  return one === UNKNOWN || other === UNKNOWN || one === other;
}

/** What is equal for all keys of one conversation, whatever the account. */
export function conversationIdentity({ channel, peer, thread }: SessionConversation, config: RoutingConfig): string {
  const id = CASELESS.has(channel) ? peer.id.toLowerCase() : peer.id;
  const kind = peer.kind === 'direct' ? 'direct' : 'group';
  return JSON.stringify([channel, kind, linkName(channel, kind, id, config) ?? id, thread]);
}

/** The name that an identity link gives to a direct peer. */
function linkName(channel: string, kind: string, id: string, { identityLinks }: RoutingConfig): string | null {
  if (kind !== 'direct') return null;
  for (const [name, peers] of identityLinks)
    if (peers.some((peer) => ofChannel(peer, channel).includes(id))) return name;
  return null;
}
