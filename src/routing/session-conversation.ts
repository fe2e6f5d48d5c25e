/**
 * The conversation of a session, from its key and from what is stored beside it: channel, account and peer, and the facts
 * that bindings ask about. `placement.ts` goes on from here to an agent.
 */
import { type Conversation, type Fact, type Peer, type SessionConversation, UNKNOWN } from '../model/conversation.ts';
import type { StoredRoute } from '../model/session.ts';
import { CHANNELS } from '../openclaw/channels.ts';
import type { RoutingConfig } from '../openclaw/config/routing.ts';
import type { KeyConversation, ParsedKey } from '../openclaw/keys.ts';
import { has } from '../openclaw/versions.ts';
import { idsOfLink } from './identity-links.ts';

export interface ConversationInput {
  readonly key: ParsedKey;
  readonly account: string | null;
  readonly route: StoredRoute;
  /** OpenClaw's; null when unknown. */
  readonly version: string | null;
}

/** Ids that are digits or phone numbers. */
const CASELESS_CHANNELS = new Set(['telegram', 'discord', 'whatsapp', 'sms', 'voice-call']);

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
    ...storedFacts(named.channel, peer, isTopic ? { kind: named.kind, id: found.id } : null, input),
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

type StoredFacts = Pick<Conversation, 'parent' | 'guild' | 'team' | 'roles'>;

const NO_FACTS: StoredFacts = { parent: null, guild: null, team: null, roles: null };

/** What bindings ask about and no key holds: stored, known to be absent, or unknown, by channel and version. */
function storedFacts(
  channel: string,
  peer: Peer,
  group: Peer | null,
  { route, version }: ConversationInput,
): StoredFacts {
  if (route.record !== null) {
    const { parent, guild, team } = route.record;
    // Roles are of whoever wrote last, and another member may have others.
    const roles = channel === 'discord' && peer.kind !== 'direct' ? UNKNOWN : null;
    return { parent: parent === null ? group : { kind: peer.kind, id: parent }, guild, team, roles };
  }
  switch (channel) {
    case 'telegram':
      return { ...NO_FACTS, parent: group };
    case 'whatsapp':
    case 'signal':
      return NO_FACTS;
    case 'discord':
      if (peer.kind === 'direct') return NO_FACTS;
      return { parent: discordParent(route, version), guild: discordGuild(route.space), team: null, roles: UNKNOWN };
    case 'slack':
      return { ...NO_FACTS, team: peer.kind === 'direct' || route.space === null ? UNKNOWN : route.space };
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
