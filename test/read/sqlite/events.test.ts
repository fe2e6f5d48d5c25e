import type { DatabaseSync } from 'node:sqlite';
import { zstdCompressSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import type { DatabaseEvent } from '../../../demo/database.ts';
import type { IsEnough, LastUsage } from '../../../src/openclaw/last-usage.ts';
import {
  BEFORE_ALL,
  BEFORE_ALL_ROWS,
  countEvents,
  countRecords,
  countSlice,
  type EventCount,
  eventsOf,
  findLastUsage,
  NO_EVENTS,
  readEvents,
  readTexts,
} from '../../../src/read/sqlite/events.ts';
import { type DatabaseSchema, databaseSchema } from '../../../src/read/sqlite/schema.ts';
import { agentDatabase } from '../../support/agent-database.ts';
import { last } from '../../support/last-usage.ts';
import { answer, events, storedSession } from '../../support/sessions.ts';

const MIB = 1024 * 1024;
const ALL = Number.POSITIVE_INFINITY;
const SCHEMAS = [19, 21, 23] as const;
const IDS: ReadonlySet<string> = new Set(['a', 'x', 'z']);

interface Opened {
  readonly database: DatabaseSync;
  readonly schema: DatabaseSchema;
}

/** The transcript `x` between two others, interleaved with none. */
function opened(its: readonly DatabaseEvent[], schema: (typeof SCHEMAS)[number] = 23, ...damage: string[]): Opened {
  const sessions = ['a', 'x', 'z'].map((id) =>
    storedSession(`agent:ops:${id}`, id, { events: id === 'x' ? its : events(id) }),
  );
  const database = agentDatabase({ schema, sessions }, ...damage);
  return { database, schema: databaseSchema(database, 'ops') };
}

function recordsOf({ database, schema }: Opened, budget = ALL, after = -1) {
  return [...readEvents(database, schema, { sessionId: 'x', after }, budget)].map(({ seq, record, bytes }) => ({
    seq,
    type: typeof record === 'string' ? record : record.type,
    bytes,
  }));
}

function lastUsageOf({ database, schema }: Opened, budget = ALL, isEnough: IsEnough = () => false) {
  const { cutSeq } = countRecords(database, 'x');
  return findLastUsage(database, schema, { sessionId: 'x', cutSeq }, isEnough, budget);
}

/** Records with ids, as OpenClaw writes them: what has none is no compaction that can be found. */
function numbered(records: readonly object[]): DatabaseEvent[] {
  return records.map((record, at) => ({ id: `e${at}`, ...record }));
}

const COMPACTION = { type: 'compaction', summary: 'synthetic', tokensBefore: 9 };
const RESET = { type: 'reset' };
const QUESTION = { type: 'message', message: { role: 'user', content: 'synthetic' } };

function spoken(usage: object, message: object = {}): object {
  return { type: 'message', message: { role: 'assistant', content: [], usage, ...message } };
}

function put(column: 'event_json' | 'event_zstd', bytes: Uint8Array, where = 'seq = 0'): string {
  const value = `x'${Buffer.from(bytes).toString('hex')}'`;
  const other = column === 'event_json' ? 'event_zstd' : 'event_json';
  return `UPDATE transcript_events SET ${column} = ${column === 'event_json' ? `CAST(${value} AS TEXT)` : value}, ${other} = NULL
    WHERE session_id = 'x' AND ${where}`;
}

describe('the bytes of a transcript', () => {
  const TEXTS = ['{"type":"session","id":"x"}', `{"type":"message","text":"${'ü😀'.repeat(700)}"}`, '{"type":"reset"}'];
  const BYTES = TEXTS.map((text) => Buffer.byteLength(text));
  const SUM = BYTES.reduce((sum, bytes) => sum + bytes);

  it.each(SCHEMAS)('are those of the JSONL, whatever schema %d makes of them', (schemaVersion) => {
    const { database, schema } = opened(TEXTS, schemaVersion);
    expect(countEvents(database, schema, 'x', -1, ALL)).toMatchObject({ events: 3, bytes: SUM });
    expect(countEvents(database, schema, 'x', 0, ALL)).toMatchObject({ events: 2, bytes: SUM - (BYTES[0] ?? 0) });
    expect(countEvents(database, schema, 'x', 2, ALL)).toMatchObject({ events: 0, bytes: 0 });
    expect(countEvents(database, schema, 'gone', -1, ALL)).toMatchObject({ events: 0, bytes: 0 });
    expect(eventsOf(database, 'x', ALL)).toBe(3);
    expect(eventsOf(database, 'gone', ALL)).toBe(0);
  });

  it.each(SCHEMAS)('are the same in the order of the file, in slices of any size: schema %d', (schemaVersion) => {
    const { database, schema } = opened(TEXTS, schemaVersion);
    for (const limit of [1, 2, 4, 9, 10, 100]) {
      const counts = new Map<string, EventCount>();
      let slices = 0;
      for (let after: bigint | null = BEFORE_ALL_ROWS; after !== null; slices += 1) {
        const slice: ReturnType<typeof countSlice> = countSlice(database, schema, after, limit, IDS);
        for (const { id, events, bytes, storedBytes } of slice.counts) {
          const sum = counts.get(id) ?? NO_EVENTS;
          counts.set(id, {
            events: sum.events + events,
            bytes: sum.bytes + bytes,
            storedBytes: sum.storedBytes + storedBytes,
          });
        }
        after = slice.next;
      }
      expect(slices).toBe(Math.floor(9 / limit) + 1);
      for (const id of ['a', 'x', 'z']) expect(counts.get(id)).toEqual(countEvents(database, schema, id, -1, ALL));
      expect(counts.size).toBe(3);
    }
  });

  it.each<[what: string, damage: string, bytes: number]>([
    ['no recorded size of a text', 'event_utf8_bytes = NULL', SUM],
    ['neither text nor frame, and its recorded size', 'event_json = NULL, event_zstd = NULL', SUM],
    [
      'neither text nor frame nor size',
      'event_json = NULL, event_zstd = NULL, event_utf8_bytes = NULL',
      SUM - (BYTES[0] ?? 0),
    ],
  ])('with %s', (_, assignments, bytes) => {
    const { database, schema } = opened(
      TEXTS,
      23,
      `UPDATE transcript_events SET ${assignments} WHERE session_id = 'x' AND seq = 0`,
    );
    expect(countEvents(database, schema, 'x', -1, ALL)).toMatchObject({ events: 3, bytes });
  });

  it('above 2^53 do not end the statement', () => {
    const { database, schema } = opened(
      TEXTS,
      23,
      'UPDATE transcript_events SET event_utf8_bytes = 9223372036854775807',
    );
    expect(countEvents(database, schema, 'x', -1, ALL)).toMatchObject({ events: 3, bytes: 3 * 2 ** 63 });
    const { counts } = countSlice(database, schema, BEFORE_ALL_ROWS, 100, IDS);
    expect(counts.find(({ id }) => id === 'x')).toMatchObject({ events: 3, bytes: 3 * 2 ** 63 });
  });
});

describe('readEvents', () => {
  it.each(SCHEMAS)('decodes what schema %d stores, in the order of a transcript', (schemaVersion) => {
    const store = opened(events('x'), schemaVersion);
    const { bytes } = countEvents(store.database, store.schema, 'x', -1, ALL);
    const records = recordsOf(store);
    expect(records.map(({ seq, type }) => [seq, type])).toEqual([
      [0, 'header'],
      [1, 'message'],
      [2, 'message'],
    ]);
    expect(records.reduce((sum, each) => sum + each.bytes, 0)).toBe(bytes);
    expect(recordsOf(store, ALL, 1).map(({ seq }) => seq)).toEqual([2]);
  });

  it('gives no event behind itself, where its number is rounded', () => {
    const copied = (seq: string) =>
      `INSERT INTO transcript_events (session_id, seq, event_json, created_at) VALUES ('x', ${seq}, '{}', 0)`;
    const store = opened(events('x'), 19, ...['9007199254740993', '9223372036854775807'].map(copied));
    expect(recordsOf(store).map(({ seq }) => seq)).toEqual([0, 1, 2, 2 ** 53, 2 ** 63]);
    expect(recordsOf(store, ALL, 2 ** 53).map(({ seq }) => seq)).toEqual([2 ** 63]);
    const texts = readTexts(store.database, store.schema, { sessionId: 'x', after: 2 ** 63 }, ALL);
    expect([...recordsOf(store, ALL, 2 ** 63), ...texts]).toEqual([]);
  });

  it('goes through the file behind a row', () => {
    const { database, schema } = opened(events('x'));
    const all = [...readEvents(database, schema, { rowid: BEFORE_ALL_ROWS }, ALL)];
    expect(all.map(({ sessionId, seq }) => `${sessionId}${seq}`)).toEqual(
      ['a', 'x', 'z'].flatMap((id) => [0, 1, 2].map((seq) => `${id}${seq}`)),
    );
    const rest = [...readEvents(database, schema, { rowid: all[6]?.rowid ?? BEFORE_ALL_ROWS }, ALL)];
    expect(rest).toEqual(all.slice(7));
  });

  it.each([
    [1, 1],
    [164, 1],
    [165, 2],
    [500, 4],
    [1640, 10],
    [1641, 10],
  ])('stops with the event that costs %d, its bytes and 64 for each: %d events', (budget, count) => {
    const store = opened(Array.from({ length: 10 }, () => `"${'y'.repeat(98)}"`));
    expect(recordsOf(store, budget)).toHaveLength(count);
  });

  it.each<[what: string, damage: string]>([
    [
      'NULL in both columns',
      "UPDATE transcript_events SET event_json = NULL, event_zstd = NULL WHERE session_id = 'x' AND seq = 0",
    ],
    ['a text that is cut off', put('event_json', Buffer.from('{"type":"mess'))],
    ['an empty text', put('event_json', Buffer.from(''))],
    ['a frame of a text that is cut off', put('event_zstd', zstdCompressSync(Buffer.from('{"type":"mess')))],
    [
      'a frame that is cut off',
      put('event_zstd', zstdCompressSync(Buffer.from(JSON.stringify(QUESTION))).subarray(0, 20)),
    ],
    ['an empty frame', put('event_zstd', Buffer.alloc(0))],
    ['bytes that are no frame', put('event_zstd', Buffer.from(JSON.stringify(QUESTION)))],
    ['a frame of nothing', put('event_zstd', zstdCompressSync(Buffer.alloc(0)))],
    [
      'a frame of more than OpenClaw packs',
      put('event_zstd', zstdCompressSync(Buffer.from(`"${'y'.repeat(4 * MIB - 1)}"`))),
    ],
  ])('takes %s for bad, and goes on', (_, damage) => {
    const store = opened(events('x'), 23, damage);
    expect(recordsOf(store).map(({ type }) => type)).toEqual(['bad', 'message', 'message']);
  });

  it('notices a byte of a frame that is another', () => {
    const { database, schema } = opened(events('x'));
    const { frame } =
      database.prepare("SELECT event_zstd AS frame FROM transcript_events WHERE session_id = 'x' AND seq = 1").get() ??
      {};
    if (!(frame instanceof Uint8Array)) expect.unreachable('the long question is packed');
    const at = frame.length - 2;
    frame[at] = (frame[at] ?? 0) ^ 1;
    database.exec(put('event_zstd', frame, 'seq = 1'));
    expect(recordsOf({ database, schema }).map(({ type }) => type)).toEqual(['header', 'bad', 'message']);
  });

  it.each<[what: string, text: string, type: string]>([
    ['the most that OpenClaw packs', `"${'y'.repeat(4 * MIB - 2)}"`, 'other'],
    ['a value that is no object', '5', 'other'],
    ['a type that nobody knows', '{"type":"of-2027"}', 'other'],
    ['a record nested 2,000 times', `{"type":"message","x":${'['.repeat(2000)}${']'.repeat(2000)}}`, 'message'],
  ])('takes %s for no damage', (_, text, type) => {
    const bytes = Buffer.from(text);
    for (const damage of [put('event_zstd', zstdCompressSync(bytes)), put('event_json', bytes)]) {
      expect(recordsOf(opened(events('x'), 23, damage))[0]).toMatchObject({ type });
    }
  });

  it('does not judge an event of more than 16 MiB, nor read it, and goes on', () => {
    const text = `json_object('type', 'session', 'id', 'x', 'pad', printf('%.*c', ${16 * MIB}, 'y'))`;
    const set = `UPDATE transcript_events SET event_json = ${text}, event_zstd = NULL WHERE session_id = 'x' AND seq = 0`;
    const records = recordsOf(opened(events('x'), 23, set));
    expect(records.map(({ type }) => type)).toEqual(['oversized', 'message', 'message']);
    expect(records[0]?.bytes).toBe(0);
  });

  it('takes bytes that are no UTF-8 inside a string for no damage', () => {
    const bytes = Buffer.from('{"type":"message","text":"\xff"}', 'latin1');
    for (const damage of [put('event_zstd', zstdCompressSync(bytes)), put('event_json', bytes)]) {
      expect(recordsOf(opened(events('x'), 23, damage))[0]).toMatchObject({ type: 'message' });
    }
  });

  it('counts an event of the smallest sequence number', () => {
    const smallest = "UPDATE transcript_events SET seq = -9223372036854775808 WHERE session_id = 'x' AND seq = 0";
    const { database, schema } = opened(events('x'), 23, smallest);
    expect(countEvents(database, schema, 'x', BEFORE_ALL, 2)).toMatchObject({ events: 3 });
  });

  it('gives sequence numbers above 2^53', () => {
    const huge = "UPDATE transcript_events SET seq = 9223372036854775807 WHERE session_id = 'x' AND seq = 2";
    expect(recordsOf(opened(events('x'), 23, huge)).map(({ seq }) => seq)).toEqual([0, 1, 2 ** 63]);
  });
});

describe('countRecords', () => {
  it.each<[what: string, its: readonly DatabaseEvent[], messages: number, compactions: number, cutSeq: number | null]>([
    ['nothing', [], 0, 0, null],
    ['a header alone', numbered([{ type: 'session' }]), 0, 0, null],
    ['messages of any role', numbered([QUESTION, spoken({})]), 2, 0, null],
    ['a compaction', numbered([QUESTION, COMPACTION, QUESTION]), 2, 1, 1],
    ['a reset, which is none', numbered([QUESTION, RESET, QUESTION]), 2, 0, 1],
    ['several of both, the newest counts', numbered([COMPACTION, RESET, COMPACTION, QUESTION, RESET]), 1, 2, 4],
    ['types that nobody counts', numbered([{ type: 'custom' }, { type: 'model_change' }, { type: null }]), 0, 0, null],
    ['what has no identity', [QUESTION, COMPACTION], 0, 0, null],
    [
      'damaged events, as the type that they were',
      [
        { record: { id: 'a', ...QUESTION }, stored: '{' },
        { record: { id: 'b', ...COMPACTION }, stored: '' },
      ],
      1,
      1,
      1,
    ],
  ])('of %s', (_, its, messages, compactions, cutSeq) => {
    for (const schema of SCHEMAS) {
      expect(countRecords(opened(its, schema).database, 'x')).toEqual({ messages, compactions, cutSeq });
    }
  });
});

/** Characters of events that SQLite gave so far. */
function countingTexts(database: DatabaseSync): () => number {
  let characters = 0;
  const prepare = database.prepare.bind(database);
  vi.spyOn(database, 'prepare').mockImplementation((sql) => {
    const statement = prepare(sql);
    const iterate = statement.iterate.bind(statement);
    vi.spyOn(statement, 'iterate').mockImplementation(function* rows(...given: Parameters<typeof iterate>) {
      for (const row of iterate(...given)) {
        if (typeof row.json === 'string') characters += row.json.length;
        yield row;
      }
      return undefined;
    });
    return statement;
  });
  return () => characters;
}

describe('findLastUsage', () => {
  const USED = spoken({ input: 100, output: 5, cacheRead: 20, cacheWrite: 3, totalTokens: 128 });
  const MORE = spoken({ input: 50, output: 5 });

  it.each<[what: string, records: readonly object[], expected: LastUsage]>([
    ['nothing', [], last(null)],
    ['no answer', [QUESTION], last(null)],
    ['an answer: what it was asked with', [QUESTION, USED, QUESTION], last(123)],
    ['two answers: the last one', [USED, QUESTION, MORE], last(50)],
    ['a compaction behind the answer', [USED, COMPACTION], last(null, 123)],
    ['a reset behind the answer', [USED, RESET], last(null, 123)],
    ['an answer on each side of a compaction', [USED, COMPACTION, QUESTION, MORE], last(50, 123)],
    ['an answer between two cuts', [USED, COMPACTION, MORE, RESET], last(null, 50)],
    ['a cut and nothing before it', [RESET, MORE], last(50)],
  ])('of %s', (_, records, expected) => {
    for (const schema of SCHEMAS) {
      expect(lastUsageOf(opened(numbered(records), schema))).toEqual({ lastUsage: expected, ended: 'whole' });
    }
  });

  it('finds it in a packed event', () => {
    const long = { content: [{ type: 'text', text: 'synthetic '.repeat(500) }] };
    expect(lastUsageOf(opened(numbered([spoken({ input: 77, output: 5 }, long)]))).lastUsage).toEqual(last(77));
  });

  it.each([
    [
      'NULL in both columns',
      "UPDATE transcript_events SET event_json = NULL, event_zstd = NULL WHERE session_id = 'x' AND seq = 1",
    ],
    ['a text that is cut off', put('event_json', Buffer.from('{"type":"message"'), 'seq = 1')],
    ['a frame that is none', put('event_zstd', Buffer.from('synthetic'), 'seq = 1')],
    ['a frame of more than OpenClaw packs', put('event_zstd', zstdCompressSync(Buffer.alloc(5 * MIB, ' ')), 'seq = 1')],
  ])('looks in front of %s, and says that it was there', (_, damage) => {
    const { lastUsage } = lastUsageOf(opened(numbered([USED, MORE, QUESTION]), 23, damage));
    expect(lastUsage).toEqual(last(123, null, { unreadSince: true }));
  });

  it.each([
    ['the recorded type of a compaction is gone', COMPACTION],
    ['the recorded type of a reset is gone', RESET],
  ])('is cut where %s and the event is there', (_, cut) => {
    const gone = "DELETE FROM transcript_event_identities WHERE session_id = 'x' AND seq = 2";
    const store = opened(numbered([QUESTION, USED, cut, QUESTION]), 23, gone);
    expect(lastUsageOf(store).lastUsage).toEqual(last(null, 123));
  });

  it('is cut by the newest of both where an older one is recorded', () => {
    const gone = "DELETE FROM transcript_event_identities WHERE session_id = 'x' AND seq = 3";
    const store = opened(numbered([USED, COMPACTION, MORE, COMPACTION, QUESTION]), 23, gone);
    expect(lastUsageOf(store).lastUsage).toEqual(last(null, 50));
  });

  it.each([
    ['is damaged', put('event_json', Buffer.from('{"type":"comp'), 'seq = 1')],
    ['is gone', "DELETE FROM transcript_events WHERE session_id = 'x' AND seq = 1"],
  ])('is cut where a compaction is recorded and its event %s', (_, damage) => {
    const store = opened(numbered([USED, COMPACTION, QUESTION]), 23, damage);
    expect(lastUsageOf(store).lastUsage).toEqual(last(null, 123));
  });

  it('looks at so many bytes from the end, and says when there was more', () => {
    const filler = Array.from({ length: 10 }, () => ({ ...QUESTION, text: 'y'.repeat(900) }));
    const store = opened(numbered([USED, ...filler, COMPACTION, MORE, ...filler]));
    expect(lastUsageOf(store, 0)).toEqual({ lastUsage: null, ended: 'limit' });
    expect(lastUsageOf(store, 5000)).toEqual({ lastUsage: null, ended: 'limit' });
    expect(lastUsageOf(store, 15_000)).toEqual({ lastUsage: last(50), ended: 'limit' });
    expect(lastUsageOf(store, 30_000)).toEqual({ lastUsage: last(50, 123), ended: 'whole' });
    expect(lastUsageOf(store, 15_000, () => true)).toEqual({ lastUsage: last(50), ended: 'enough' });
  });

  it('reads nothing of an event that has more bytes, and reads it at most once where it has not', () => {
    const large = 3 * MIB;
    const question = { ...QUESTION, text: 'y'.repeat(large) };
    // A schema that packs none.
    const { database, schema } = opened(numbered([USED, question]), 19);
    const read = countingTexts(database);
    for (const budget of [16 * 1024, MIB]) {
      expect(lastUsageOf({ database, schema }, budget)).toEqual({ lastUsage: null, ended: 'limit' });
      expect(read()).toBe(0);
    }
    expect(lastUsageOf({ database, schema }, 256 * MIB).lastUsage).toEqual(last(123));
    expect(read()).toBeGreaterThan(large);
    expect(read()).toBeLessThan(large + 10_000);
  });

  it('has seen the whole where the bytes last exactly', () => {
    const store = opened(numbered([QUESTION]));
    const [event] = recordsOf(store);
    expect(lastUsageOf(store, event?.bytes)).toMatchObject({ ended: 'whole' });
    const two = opened(numbered([QUESTION, QUESTION]));
    expect(lastUsageOf(two, event?.bytes)).toMatchObject({ ended: 'limit' });
  });

  it('sees nothing of other transcripts', () => {
    expect(lastUsageOf(opened(numbered([QUESTION]))).lastUsage).toEqual(last(null));
    const { database, schema } = opened([answer('e', 5)]);
    const other = findLastUsage(database, schema, { sessionId: 'a', cutSeq: null }, () => true, ALL);
    expect(other.lastUsage?.after?.prompt).toBe(700);
  });
});
