import { type Conversation, type Fact, type Peer, type SessionConversation, UNKNOWN } from '../model/conversation.ts';
import type { StoredRoute } from '../model/session.ts';
import { CHANNELS } from '../openclaw/channels.ts';
import type { KeyConversation, ParsedKey } from '../openclaw/keys.ts';
import type { RoutingConfig } from '../openclaw/routing-config.ts';
import { has } from '../openclaw/versions.ts';

export interface ConversationInput {
  readonly key: ParsedKey;
  readonly account: string | null;
  readonly route: StoredRoute;
  /** OpenClaw's; null when unknown. */
  readonly version: string | null;
}

/** Channels whose ids have no letter case: digits, phone numbers. */
const CASELESS = new Set(['telegram', 'discord', 'whatsapp', 'sms', 'voice-call']);

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
    otherIds: found.others,
    ...facts(named.channel, peer, isTopic ? { kind: named.kind, id: found.id } : null, input),
  };
}

/** A label can look as a key of a channel does: only a word that is known as one counts. */
function isChannel(word: string, route: StoredRoute, config: RoutingConfig): boolean {
  const isBound = config.bindings.some(({ channel }) => channel === word);
  return route.channel === word || isBound || config.channels.includes(word) || CHANNELS.some((name) => name === word);
}

/** The peer's id with its letter case; null: it is hidden behind the name of an identity link that names none here. */
function peerId(
  { id, kind }: KeyConversation,
  channel: string,
  { addresses }: StoredRoute,
  { identityLinks }: RoutingConfig,
): { id: string; isFolded: boolean; others: readonly string[] } | null {
  const linked = kind === 'direct' ? linkOf(id, identityLinks) : undefined;
  if (linked !== undefined) {
    // All of them, whoever wrote last: the session is of every peer that the link names.
    const [first, ...others] = new Set(linked.flatMap((peer) => ofChannel(peer, channel)));
    return first === undefined ? null : { id: first, isFolded: false, others };
  }
  for (const address of addresses) {
    const named = idIn(address, id);
    if (named !== null) return { id: named, isFolded: false, others: [] };
  }
  const isFolded = !CASELESS.has(channel) && /\p{L}/u.test(id) && id === id.toLowerCase();
  return { id, isFolded, others: [] };
}

/** OpenClaw compares the names of links, and their peers, without letter case. */
function linkOf(name: string, links: RoutingConfig['identityLinks']): readonly string[] | undefined {
  for (const [known, peers] of links) if (known.toLowerCase() === name.toLowerCase()) return peers;
  return undefined;
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

/** `telegram:111` is the peer 111 of Telegram; a bare id is one of any channel. */
function ofChannel(peer: string, channel: string): string[] {
  const [first = '', ...rest] = peer.split(':');
  if (rest.length === 0) return first === '' ? [] : [first];
  const id = rest.filter((part) => part !== 'direct' && part !== 'dm' && part !== 'user').join(':');
  return first.toLowerCase() === channel && id !== '' ? [id] : [];
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

/** No file says which channel a thread hangs off; newer ones say whether it is a thread at all. */
function discordParent({ threadId }: StoredRoute, version: string | null): Fact<Peer> {
  return threadId === null && has(version, 'discordThreadIdStored') === true ? null : UNKNOWN;
}

/** The id where the guild is configured, else the slug of its name: only digits are an id. */
function discordGuild(space: string | null): Fact<string> {
  return space !== null && /^\d+$/.test(space) ? space : UNKNOWN;
}

/** Whether two conversations are one: two accounts that are known are two, an unknown one matches any. */
export function sameAccount(one: Fact<string>, other: Fact<string>): boolean {
  return one === UNKNOWN || other === UNKNOWN || one === other;
}

/**
 * What is equal for all keys of one conversation, whatever the account, and whatever the letter case of its id: where ids
 * have one, `sameId` tells two peers apart.
 */
export function conversationIdentity({ channel, peer, thread }: SessionConversation, config: RoutingConfig): string {
  const id = peer.id.toLowerCase();
  const kind = peer.kind === 'direct' ? 'direct' : 'group';
  // Old versions wrote the thread of a direct chat of Telegram without the chat in front.
  const ofThread = channel === 'telegram' && kind === 'direct' ? (thread?.split(':').at(-1) ?? null) : thread;
  return JSON.stringify([channel, kind, linkName(channel, kind, id, config) ?? id, ofThread]);
}

/** Whether two ids that are equal but for their letter case are one peer; `strictly`: one that may be is none. */
export function sameId(one: SessionConversation, other: SessionConversation, strictly: boolean): boolean {
  if (CASELESS.has(one.channel) || one.peer.id.toLowerCase() !== other.peer.id.toLowerCase()) return true;
  return one.peer.id === other.peer.id || (!strictly && (one.foldedId || other.foldedId));
}

/** The name that an identity link gives to a direct peer. */
function linkName(channel: string, kind: string, id: string, { identityLinks }: RoutingConfig): string | null {
  if (kind !== 'direct') return null;
  for (const [name, peers] of identityLinks) {
    const own = peers.flatMap((peer) => ofChannel(peer, channel));
    if (own.some((peer) => peer.toLowerCase() === id)) return name.toLowerCase();
  }
  return null;
}
