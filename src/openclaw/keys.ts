/**
 * The one parser of session keys, and the one list of the words in them. A key is read from left to right, since the id of
 * a peer may hold colons and words of this list itself: `agent:<id>:<channel>:<account>:direct:<peer>:thread:<thread>`,
 * of which most parts can be absent.
 */

/** What a session is for, from its key first and then from its stored chat type (`sessionKind` decides). */
export const KINDS = ['main', 'dm', 'group', 'cron', 'subagent', 'hook', 'acp', 'other'] as const;

export type Kind = (typeof KINDS)[number];

/** What a session key says by itself. */
export interface ParsedKey {
  /** The agent that the key names, as it stands there; null for the legacy keys without one (`main`, a phone number). */
  readonly agent: string | null;
  /** null: the key does not say, the stored chat type decides. */
  readonly kind: Kind | null;
  /** Whether it is the main session of its agent: `main` or `agent:<id>:main`. */
  readonly isMain: boolean;
  /** The word where a channel stands; null where there is none, as in `main` or `agent:<id>:direct:<peer>`. */
  readonly channel: string | null;
  /** The thread or forum topic at the end, as it stands there. The name of the session's transcript holds it. */
  readonly thread: string | null;
  /**
   * null: a key without a route (main, cron, hook, subagent, acp, HTTP, labels). With the default dmScope a direct chat is
   * in the agent's main session, and its threads are too.
   */
  readonly conversation: KeyConversation | null;
}

export type PeerKind = 'direct' | 'group' | 'channel';

/** The conversation that a session key names. */
export interface KeyConversation {
  /** null: `agent:<id>:direct:<peer>` (dmScope `per-peer`) and old keys name none. A phone number alone is of WhatsApp. */
  readonly channel: string | null;
  /** null: the key does not say, as in nearly all keys of groups. */
  readonly account: string | null;
  readonly kind: PeerKind;
  /** The peer's id as it stands in the key, mostly lower case, without the thread or forum topic. */
  readonly id: string;
  readonly thread: string | null;
}

/** What stands in a part of a key. */
export type Place =
  /** A word of the grammar, or an id that OpenClaw itself minted: it names nobody. */
  | 'open'
  | 'agent'
  | 'channel'
  /** A peer, an account, a thread, the words of a caller. */
  | 'private';

interface Word {
  /** The kind of a key that is this word and nothing else. */
  readonly alone?: Kind;
  /** The kind of a longer key that begins with this word. */
  readonly first?: Kind;
  /** A key that begins with this word has no route, whatever follows. */
  readonly routeless?: true;
  /** The peer of such a conversation follows. A stored chat type is one of these words too. */
  readonly peer?: PeerKind;
  /** A thread follows. */
  readonly thread?: true;
  /** The ids that OpenClaw mints behind this first word; anything else there is the words of a caller. */
  readonly ids?: RegExp;
  /** The word further behind that another such id follows. */
  readonly inner?: string;
}

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const MINTED = new RegExp(`^${UUID}$`, 'i');
const MINTED_ALONE = new RegExp(`^tui-${UUID}$`, 'i');

/** Words that OpenClaw itself puts into keys. */
const WORDS: ReadonlyMap<string, Word> = new Map<string, Word>([
  ['main', { routeless: true, alone: 'main' }],
  ['global', { routeless: true, alone: 'main' }],
  ['unknown', { routeless: true, alone: 'other' }],
  ['cron', { routeless: true, first: 'cron', ids: MINTED, inner: 'run' }],
  ['hook', { routeless: true, first: 'hook', ids: MINTED }],
  ['subagent', { routeless: true, first: 'subagent', ids: MINTED, inner: 'subagent' }],
  ['acp', { routeless: true, first: 'acp', ids: MINTED, inner: 'oneshot' }],
  ['openai', { routeless: true, first: 'other', ids: MINTED }],
  ['openai-user', { routeless: true, first: 'other' }],
  ['openresponses', { routeless: true, first: 'other', ids: MINTED }],
  ['openresponses-user', { routeless: true, first: 'other' }],
  ['dashboard', { routeless: true, first: 'other', ids: new RegExp(`^(?:incognito-)?${UUID}$`, 'i') }],
  ['explicit', { routeless: true, first: 'other', ids: new RegExp(`^model-run-${UUID}$`, 'i') }],
  ['dm', { peer: 'direct' }],
  ['direct', { peer: 'direct' }],
  ['group', { peer: 'group' }],
  ['room', { peer: 'group' }],
  ['channel', { peer: 'channel' }],
  ['thread', { thread: true }],
  ['topic', { thread: true }],
  ['heartbeat', { alone: 'other' }],
]);

/** OpenClaw's own keys have some hundred characters. A longer one is the words of somebody, as a whole. */
const LONGEST_KEY = 8192;

/** Its parts as they are read. */
export function keyParts(key: string): string[] {
  return key.length > LONGEST_KEY ? [key] : key.split(':');
}

/** Reads a key of any version; never throws. */
export function parseKey(key: string): ParsedKey {
  const parts = keyParts(key);
  const agent = agentOf(parts);
  const rest = agent === null ? parts : parts.slice(2);
  return {
    agent,
    isMain: rest.length === 1 && rest[0] === 'main',
    thread: splitThread(rest).thread,
    ...meaning(rest, shapeOf(rest)),
  };
}

/** What stands in each part of a key, by the same reading. */
export function keyPlaces(key: string): Place[] {
  const parts = keyParts(key);
  if (parts[0] !== 'agent' || parts.length === 1) return placesOf(parts, shapeOf(parts));
  const rest = parts.slice(2);
  return ['open', 'agent', ...placesOf(rest, shapeOf(rest))];
}

/** The kind of a session: its key first, then the chat type that is stored with it. */
export function sessionKind({ kind }: Pick<ParsedKey, 'kind'>, chatType: string | null): Kind {
  if (kind !== null) return kind;
  const peer = WORDS.get(chatType ?? '')?.peer;
  return peer === undefined ? 'other' : kindOf(peer);
}

/** `agent:<id>:` needs three parts that are not empty; every other key names no agent. */
function agentOf([first, agent, third]: readonly string[]): string | null {
  return first === 'agent' && agent && third ? agent : null;
}

type Meaning = Pick<ParsedKey, 'kind' | 'channel' | 'conversation'>;

const NOTHING: Meaning = { kind: null, channel: null, conversation: null };

/** The shapes of the grammar for the parts after the agent. */
type Shape =
  /** One part; what an interface or a job made; a thread of the main session; a label, or what nobody knows. */
  | { readonly is: 'alone' | 'made' | 'thread of main' | 'label' }
  /** An isolated heartbeat run of the session before it. */
  | { readonly is: 'heartbeat'; readonly of: Shape }
  /** A conversation; `at`: where the word before its peer stands. */
  | { readonly is: 'conversation'; readonly at: number; readonly peer: PeerKind };

function shapeOf(rest: readonly string[]): Shape {
  const [first = '', second = ''] = rest;
  if (rest.length === 1) return { is: 'alone' };
  const isMade = WORDS.get(first)?.first !== undefined;
  const found = isMade ? null : peerWord(rest);
  // Behind the word before a peer it is a peer that is called so.
  if (rest.at(-1) === 'heartbeat' && found?.at !== rest.length - 2)
    return { is: 'heartbeat', of: shapeOf(rest.slice(0, -1)) };
  if (isMade) return { is: 'made' };
  if (found !== null) return { is: 'conversation', ...found };
  return { is: first === 'main' && WORDS.get(second)?.thread ? 'thread of main' : 'label' };
}

/** What the parts after the agent say. */
function meaning(rest: readonly string[], shape: Shape): Meaning {
  const [first = '', second = ''] = rest;
  switch (shape.is) {
    case 'alone':
      return ofOnePart(first);
    case 'heartbeat':
      return { ...NOTHING, kind: 'other' };
    case 'made':
      return { ...NOTHING, kind: WORDS.get(first)?.first ?? null };
    case 'conversation': {
      const { at, peer } = shape;
      const channel = at === 0 ? null : first;
      const account = at === 2 ? second : null;
      const conversation = isRouteless(first) ? null : conversationOf(rest.slice(at + 1), peer, channel, account);
      return { kind: kindOf(peer), channel, conversation };
    }
    case 'thread of main':
      // With the default dmScope every direct chat is the main session; its threads are direct chats still.
      return { ...NOTHING, kind: 'dm' };
    case 'label':
      return NOTHING;
  }
}

function placesOf(rest: readonly string[], shape: Shape): Place[] {
  const [first = ''] = rest;
  switch (shape.is) {
    case 'alone':
      return [WORDS.get(first)?.alone !== undefined || MINTED_ALONE.test(first) ? 'open' : 'private'];
    case 'heartbeat':
      return [...placesOf(rest.slice(0, -1), shape.of), 'open'];
    case 'made':
      return placesOfMade(rest);
    case 'conversation': {
      const { at } = shape;
      const threadAt = at + 1 + splitThread(rest.slice(at + 1)).before.length;
      return rest.map((_, place) => {
        if (place === at || place === threadAt) return 'open';
        return place === 0 ? 'channel' : 'private';
      });
    }
    case 'thread of main':
      return rest.map((_, place) => (place < 2 ? 'open' : 'private'));
    case 'label':
      return rest.map((_, place) => (place === 0 ? 'channel' : 'private'));
  }
}

/** `cron:<job>:run:<session>`, `subagent:<id>:subagent:<id>`. */
function placesOfMade([first = '', ...rest]: readonly string[]): Place[] {
  const { ids, inner } = WORDS.get(first) ?? {};
  let isBehindWord = true;
  const places = rest.map((part): Place => {
    const isOpen = isBehindWord ? ids?.test(part) : part === inner;
    isBehindWord = !isBehindWord && part === inner;
    return isOpen ? 'open' : 'private';
  });
  return ['open', ...places];
}

/** Keys of before there were agents or channels in them, among others. */
function ofOnePart(word: string): Meaning {
  if (/^\+\d+$/.test(word)) return { ...NOTHING, kind: 'dm', conversation: ofWhatsApp('direct', word) };
  if (word.endsWith('@g.us')) return { ...NOTHING, kind: 'group', conversation: ofWhatsApp('group', word) };
  return { ...NOTHING, kind: word.startsWith('node-') ? 'other' : (WORDS.get(word)?.alone ?? null) };
}

function ofWhatsApp(kind: PeerKind, id: string): KeyConversation {
  return { channel: 'whatsapp', account: null, kind, id, thread: null };
}

/**
 * OpenClaw puts the account into the keys of direct chats only (dmScope `per-account-channel-peer`): it never keeps groups
 * apart by it. The WeCom plugin of @mocrane (2026.3.24) builds its keys by itself, and has it in both.
 */
const ACCOUNT_BEFORE_GROUP: ReadonlySet<string> = new Set(['wecom']);

/** The word before the peer, behind the channel and the account where they are named. */
function peerWord(rest: readonly string[]): { at: number; peer: PeerKind } | null {
  for (const at of [0, 1, 2]) {
    const peer = WORDS.get(rest[at] ?? '')?.peer;
    if (peer === undefined) continue;
    if (at < 2 || (rest.length > 3 && (peer === 'direct' || ACCOUNT_BEFORE_GROUP.has(rest[0] ?? '')))) {
      return { at, peer };
    }
  }
  return null;
}

/** Users of the HTTP interfaces are behind a word that begins as these do. */
function isRouteless(first: string): boolean {
  return WORDS.get(first)?.routeless === true || first.startsWith('openai') || first.startsWith('openresponses');
}

function conversationOf(
  parts: readonly string[],
  kind: PeerKind,
  channel: string | null,
  account: string | null,
): KeyConversation | null {
  const { before, thread } = splitThread(parts);
  const id = before.join(':');
  if (id === '') return null;
  // Not a thread, but the account of a group that several accounts are in: WhatsApp since 2026.4.29, and since 2026.9.5
  // every channel where `broadcast` names the group.
  const groupAccount = `${channel}-account-`;
  return thread?.startsWith(groupAccount)
    ? { channel, account: thread.slice(groupAccount.length), kind, id, thread: null }
    : { channel, account, kind, id, thread };
}

/** The key of the session that a thread or forum topic belongs to; null: the key names no thread. */
export function threadParent(key: string): string | null {
  const { before, thread } = splitThread(keyParts(key));
  if (thread === null) return null;
  const { conversation } = parseKey(key);
  // What stands there is an account.
  return conversation !== null && conversation.thread === null ? null : before.join(':');
}

/** Cuts the thread or forum topic off, as it stands in the key; null: it names none. */
function splitThread(parts: readonly string[]): { before: readonly string[]; thread: string | null } {
  const at = parts.findLastIndex((part) => WORDS.get(part)?.thread);
  if (at <= 0 || at === parts.length - 1) return { before: parts, thread: null };
  return { before: parts.slice(0, at), thread: parts.slice(at + 1).join(':') };
}

function kindOf(peer: PeerKind): Kind {
  return peer === 'direct' ? 'dm' : 'group';
}
