import type { DatabaseEvent, DatabaseSession } from '../../demo/database.ts';

/** The time of the scans, in milliseconds since the epoch. */
export const NOW = Date.UTC(2026, 10, 24);
/** When a state was written: long enough ago that nobody is writing any more, and not long enough to be idle. */
export const SETTLED = NOW - 10 * 60 * 1000;

const HEALTHY_TOKENS = 700;

/** What an index or a row says of a healthy session; its transcript says the same. */
export function entryOf(sessionId: string, changes: object = {}, writtenMs = SETTLED) {
  return {
    sessionId,
    updatedAt: writtenMs,
    sessionStartedAt: writtenMs,
    lastInteractionAt: writtenMs,
    status: 'done',
    model: 'a-model',
    totalTokens: HEALTHY_TOKENS,
    totalTokensFresh: true,
    contextTokens: 200_000,
    ...changes,
  };
}

/** An entry whose total is stale, so that its transcript says its tokens. */
export function staleEntryOf(sessionId: string, changes: object = {}) {
  return entryOf(sessionId, { totalTokens: 99, totalTokensFresh: false, ...changes });
}

/** Lines of a healthy transcript, each with its newline: header, question, answer. */
export function transcriptLines(id: string, tokens = HEALTHY_TOKENS): string[] {
  const timestamp = new Date(SETTLED).toISOString();
  const usage = { input: tokens, output: 1 };
  return [
    { type: 'session', version: 3, id, timestamp, cwd: '/' },
    { type: 'message', timestamp, message: { role: 'user', content: 'synthetic' } },
    { type: 'message', timestamp, message: { role: 'assistant', content: [], usage } },
  ].map((record) => `${JSON.stringify(record)}\n`);
}

/** The same as events of a database; the question is so long that schema 23 packs it. */
export function events(id: string, tokens = HEALTHY_TOKENS): DatabaseEvent[] {
  const timestamp = new Date(SETTLED).toISOString();
  return [
    { type: 'session', version: 4, id, timestamp },
    { type: 'message', id: `${id}-1`, timestamp, message: { role: 'user', content: 'synthetic '.repeat(200) } },
    answer(`${id}-2`, tokens),
  ];
}

export function answer(id: string, tokens: number) {
  const usage = { input: tokens, output: 1, cacheRead: 0, cacheWrite: 0 };
  const timestamp = new Date(SETTLED).toISOString();
  return { type: 'message', id, timestamp, message: { role: 'assistant', content: [], usage } };
}

/** What differs in a session of a database; of its window only what is named differs. */
export type SessionChanges = Partial<Omit<DatabaseSession, 'key'>>;

/** A healthy session of a database. */
export function storedSession(
  key: string,
  sessionId: string,
  { window = {}, ...changes }: SessionChanges = {},
): DatabaseSession {
  return {
    key,
    sessionId,
    entry: entryOf(sessionId),
    createdMs: SETTLED - 1000,
    updatedMs: SETTLED,
    status: 'done',
    lastInteractionMs: SETTLED,
    window: window && { accountId: 'default', provider: 'a-provider', model: 'a-model', ...window },
    events: events(sessionId),
    ...changes,
  };
}
