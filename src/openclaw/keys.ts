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
}

/** Words that OpenClaw itself puts into keys. */
const WORDS: ReadonlyMap<string, Word> = new Map<string, Word>([
  ['agent', {}],
  ['main', { routeless: true, alone: 'main' }],
  ['global', { routeless: true, alone: 'main' }],
  ['unknown', { routeless: true, alone: 'other' }],
  ['cron', { routeless: true, first: 'cron' }],
  ['hook', { routeless: true, first: 'hook' }],
  ['subagent', { routeless: true, first: 'subagent' }],
  ['acp', { routeless: true, first: 'acp' }],
  ['openai', { routeless: true, first: 'other' }],
  ['openai-user', { routeless: true, first: 'other' }],
  ['openresponses', { routeless: true, first: 'other' }],
  ['openresponses-user', { routeless: true, first: 'other' }],
  ['dashboard', { routeless: true, first: 'other' }],
  ['explicit', { routeless: true, first: 'other' }],
  ['dm', { peer: 'direct' }],
  ['direct', { peer: 'direct' }],
  ['group', { peer: 'group' }],
  ['room', { peer: 'group' }],
  ['channel', { peer: 'channel' }],
  ['thread', { thread: true }],
  ['topic', { thread: true }],
  ['heartbeat', { alone: 'other' }],
  ['run', {}],
]);

/** Whether OpenClaw itself puts this word into keys, so that it names nobody. */
export function isKeyWord(word: string): boolean {
  return WORDS.has(word);
}

/** Reads a key of any version; never throws. */
export function parseKey(key: string): ParsedKey {
  const parts = key.split(':');
  const agent = agentOf(parts);
  const rest = agent === null ? parts : parts.slice(2);
  return { agent, isMain: rest.length === 1 && rest[0] === 'main', thread: splitThread(rest).thread, ...meaning(rest) };
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

/** What the parts after the agent say. */
function meaning(rest: readonly string[]): Meaning {
  const [first = '', second = ''] = rest;
  if (rest.length === 1) return ofOnePart(first);
  // `…:heartbeat` is an isolated heartbeat run, whatever session it belongs to.
  if (rest.at(-1) === 'heartbeat') return { ...NOTHING, kind: 'other' };
  const kind = WORDS.get(first)?.first;
  if (kind !== undefined) return { ...NOTHING, kind };
  const found = peerWord(rest);
  if (found !== null) {
    const channel = found.at === 0 ? null : first;
    const account = found.at === 2 ? second : null;
    const conversation = isRouteless(first)
      ? null
      : conversationOf(rest.slice(found.at + 1), found.peer, channel, account);
    return { kind: kindOf(found.peer), channel, conversation };
  }
  // With the default dmScope every direct chat is the main session; its threads are direct chats still.
  return first === 'main' && WORDS.get(second)?.thread ? { ...NOTHING, kind: 'dm' } : NOTHING;
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
  const { before, thread } = splitThread(key.split(':'));
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
