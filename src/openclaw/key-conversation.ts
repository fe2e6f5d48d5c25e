import { splitKey, splitThread } from './split-key.ts';

/** The conversation that a session key names. */
export interface KeyConversation {
  /** null: `agent:<id>:direct:<peer>` (dmScope `per-peer`) and old keys name none. */
  readonly channel: string | null;
  /** null: the key does not say, as in all keys of groups. */
  readonly account: string | null;
  readonly kind: 'direct' | 'group' | 'channel';
  /** As it stands in the key, mostly lower case; a forum topic of Telegram is part of it no more. */
  readonly id: string;
  readonly thread: string | null;
}

const KINDS: ReadonlyMap<string, KeyConversation['kind']> = new Map([
  ['dm', 'direct'],
  ['direct', 'direct'],
  ['group', 'group'],
  ['channel', 'channel'],
  ['room', 'group'],
]);

/** Words in front that make a key one without a route, whatever follows. */
const ROUTELESS = new Set(['main', 'global', 'cron', 'hook', 'subagent', 'acp', 'dashboard', 'explicit', 'unknown']);

/**
 * The conversation in a key of any version; null for a key without a route (main, cron, hook, subagent, acp, HTTP,
 * labels). With the default dmScope a direct chat is in the agent's main session, and its threads are too.
 */
export function keyConversation(key: string): KeyConversation | null {
  const { rest } = splitKey(key);
  const [first = '', second = '', third = ''] = rest;
  if (ROUTELESS.has(first) || first.startsWith('openai') || first.startsWith('openresponses')) return null;
  if (rest.at(-1) === 'heartbeat') return null;
  if (rest.length === 1) return legacy(first);
  if (KINDS.has(first)) return conversation(null, null, first, rest.slice(1));
  if (KINDS.has(second)) return conversation(first, null, second, rest.slice(2));
  // A direct chat of dmScope `per-account-channel-peer`; groups are never kept apart by account.
  if (KINDS.get(third) === 'direct') return conversation(first, second, third, rest.slice(3));
  return null;
}

function conversation(
  channel: string | null,
  account: string | null,
  word: string,
  id: readonly string[],
): KeyConversation | null {
  const { before, thread } = splitThread(id);
  const peer = before.join(':');
  const kind = KINDS.get(word);
  if (kind === undefined || peer === '') return null;
  // 2026.4.29 and later: not a thread, but the account of a group that several accounts are in.
  const account_ = thread?.startsWith(WHATSAPP_ACCOUNT) ? thread.slice(WHATSAPP_ACCOUNT.length) : null;
  if (account_ !== null) return { channel, account: account_, kind, id: peer, thread: null };
  return { channel, account, kind, id: peer, thread };
}

const WHATSAPP_ACCOUNT = 'whatsapp-account-';

/** Keys of before there were agents in them. */
function legacy(word: string): KeyConversation | null {
  if (/^\+\d+$/.test(word)) return { channel: 'whatsapp', account: null, kind: 'direct', id: word, thread: null };
  if (word.endsWith('@g.us')) return { channel: 'whatsapp', account: null, kind: 'group', id: word, thread: null };
  return null;
}
