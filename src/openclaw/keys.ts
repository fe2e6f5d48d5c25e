import { splitKey, splitThread } from './split-key.ts';

/** What a session is for, from its key first and then from its stored chat type (`sessionKind` decides). */
export const KINDS = ['main', 'dm', 'group', 'cron', 'subagent', 'hook', 'acp', 'other'] as const;

export type Kind = (typeof KINDS)[number];

/** What a session key says by itself. */
export interface ParsedKey {
  /** The agent that the key names; null for the legacy keys without one (`main`, `global`, a phone number). */
  readonly agent: string | null;
  /** null: the key does not say, the stored chat type decides. */
  readonly kind: Kind | null;
  /** null where the key names none, as with `main` or `agent:<id>:direct:<peer>`. */
  readonly channel: string | null;
  /** Thread or forum topic, as it stands in the key. */
  readonly thread: string | null;
}

const DIRECT = new Set(['dm', 'direct']);
const ROOM = new Set(['group', 'channel', 'room']);
const BY_FIRST_WORD: ReadonlyMap<string, Kind> = new Map([
  ['cron', 'cron'],
  ['hook', 'hook'],
  ['subagent', 'subagent'],
  ['acp', 'acp'],
  ['openai', 'other'],
  ['openai-user', 'other'],
  ['openresponses', 'other'],
  ['openresponses-user', 'other'],
  ['dashboard', 'other'],
  ['explicit', 'other'],
] as const);

/** Reads a key of any version from left to right, since a peer id may hold colons itself. */
export function parseKey(key: string): ParsedKey {
  const { agent, rest } = splitKey(key);
  return { agent, thread: splitThread(rest).thread, ...kindOf(rest) };
}

/** The kind of a session: its key first, then the chat type that is stored with it. */
export function sessionKind(parsed: ParsedKey, chatType: string | null): Kind {
  if (parsed.kind !== null) return parsed.kind;
  if (chatType === 'direct' || chatType === 'dm') return 'dm';
  if (chatType !== null && ROOM.has(chatType)) return 'group';
  return 'other';
}

function kindOf(rest: readonly string[]): { kind: Kind | null; channel: string | null } {
  const [first = '', second = '', third = ''] = rest;
  if (rest.length === 1) return { kind: kindOfWord(first), channel: null };
  // `…:heartbeat` is an isolated heartbeat run, whatever session it belongs to.
  if (rest.at(-1) === 'heartbeat') return { kind: 'other', channel: null };
  const byWord = BY_FIRST_WORD.get(first);
  if (byWord !== undefined) return { kind: byWord, channel: null };
  if (DIRECT.has(first)) return { kind: 'dm', channel: null };
  if (ROOM.has(first)) return { kind: 'group', channel: null };
  if (DIRECT.has(second)) return { kind: 'dm', channel: first };
  if (ROOM.has(second)) return { kind: 'group', channel: first };
  if (rest.length > 3 && DIRECT.has(third)) return { kind: 'dm', channel: first };
  // With the default dmScope every direct chat is the main session; its threads are direct chats still.
  if (first === 'main' && (second === 'thread' || second === 'topic')) return { kind: 'dm', channel: null };
  return { kind: null, channel: null };
}

function kindOfWord(word: string): Kind | null {
  if (word === 'main' || word === 'global') return 'main';
  if (word === 'unknown' || word === 'heartbeat' || word.startsWith('node-')) return 'other';
  if (/^\+\d+$/.test(word)) return 'dm';
  if (word.endsWith('@g.us')) return 'group';
  return null;
}
