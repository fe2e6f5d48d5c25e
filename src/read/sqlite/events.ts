import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { zstdDecompressSync } from 'node:zlib';
import { codeOf } from '../../errors.ts';
import { type IsEnough, searchLastUsage, type UsageSearch } from '../../openclaw/last-usage.ts';
import { LARGEST_RECORD_BYTES, parseRecord, type ReadRecord } from '../../openclaw/transcript-record.ts';
import type { DatabaseSchema } from './schema.ts';
import { small, smallId } from './values.ts';

/** OpenClaw compresses events of 1 KiB to 4 MiB; a frame that is larger, or unpacks to more, is none of its. */
const LARGEST_PACKED_BYTES = 4 * 1024 * 1024;
/**
 * An event unpacks into pieces of its recorded size; without one, into these. Each piece waits to be collected where V8 hardly
 * counts it: with 64 KiB for an event of 1 KiB a deep scan held 60 MB of them (measured).
 */
const CHUNK_BYTES = { least: 4 * 1024, most: 64 * 1024 } as const;
/** What an event costs besides its bytes, so that empty ones use up a budget too. */
export const ROW_BYTES = 64;
/** And in a search that may go through very many of them in one slice: to ask for a row takes as long as some hundred bytes of it. */
const SEARCHED_ROW_BYTES = 256;
/** Before every sequence number, and every rowid, of a healthy or a damaged database. */
export const BEFORE_ALL = Number.NEGATIVE_INFINITY;
/** SQL: events of one transcript behind a sequence number, in their order. A text would be behind every number, and is none. */
const BEHIND = `session_id = ? AND seq > ? AND seq <= ${2n ** 63n - 1n} ORDER BY transcript_events.seq`;
export const BEFORE_ALL_ROWS = -(2n ** 63n);

const STATEMENTS = new WeakMap<DatabaseSync, Map<string, StatementSync>>();

/** A statement of an open database, prepared once: thousands of transcripts are asked the same. */
function prepared(database: DatabaseSync, sql: string): StatementSync {
  const known = STATEMENTS.get(database) ?? new Map<string, StatementSync>();
  STATEMENTS.set(database, known);
  const statement = known.get(sql) ?? database.prepare(sql);
  known.set(sql, statement);
  return statement;
}

/**
 * To be called before the database is closed. A statement holds its database where the garbage collector does not see it, so a
 * weak map alone keeps both for ever: 10,800 closed databases after 1,800 scans (Node 24).
 */
export function forgetStatements(database: DatabaseSync): void {
  STATEMENTS.delete(database);
}

/** Events and their logical bytes, those of the JSONL that they came from. */
export interface EventCount {
  readonly events: number;
  readonly bytes: number;
  /** As they are stored: from schema 23 on an event that was changed by hand keeps the logical size that it had. */
  readonly storedBytes: number;
}

export const NO_EVENTS: EventCount = { events: 0, bytes: 0, storedBytes: 0 };

/** Counts of records by their recorded type, and where these say that the context was cut last; from an index alone. */
export interface RecordCount {
  readonly messages: number;
  readonly compactions: number;
  /** The newest compaction or reset; null when there is none. */
  readonly cutSeq: number | null;
}

/** 23 and later record the size of every event; before, its text is all there is. SQLite knows the size of a text unread. */
function bytesOf({ has }: DatabaseSchema): string {
  const text = 'octet_length(event_json)';
  return has('transcript_events', 'event_utf8_bytes')
    ? `CASE WHEN event_utf8_bytes >= 0 THEN event_utf8_bytes ELSE COALESCE(${text}, 0) END`
    : `COALESCE(${text}, 0)`;
}

/** Without reading a text or a frame either. */
function storedBytesOf({ has }: DatabaseSchema): string {
  const text = 'COALESCE(octet_length(event_json), 0)';
  return has('transcript_events', 'event_zstd') ? `${text} + COALESCE(octet_length(event_zstd), 0)` : text;
}

/** The events of one transcript behind one sequence number and up to another. */
export function countEvents(
  database: DatabaseSync,
  schema: DatabaseSchema,
  sessionId: string,
  after: number,
  upTo: number,
): EventCount {
  const row = prepared(
    database,
    `SELECT COUNT(*) AS events, CAST(TOTAL(${bytesOf(schema)}) AS REAL) AS bytes,
        CAST(TOTAL(${storedBytesOf(schema)}) AS REAL) AS storedBytes
      FROM transcript_events WHERE session_id = ? AND seq > ? AND seq <= ?`,
  ).get(sessionId, after, upTo);
  return eventCount(row ?? {});
}

function eventCount({ events, bytes, storedBytes }: Record<string, unknown>): EventCount {
  return { events: Number(events), bytes: Number(bytes), storedBytes: Number(storedBytes) };
}

/** How many events a transcript has up to a sequence number, from the index of its key alone. */
export function eventsOf(database: DatabaseSync, sessionId: string, upTo: number): number {
  const statement = 'SELECT COUNT(*) AS events FROM transcript_events WHERE session_id = ? AND seq <= ?';
  return Number(prepared(database, statement).get(sessionId, upTo)?.events);
}

/** What the event of a sequence number is called; null where it has no name. */
export function eventId(
  database: DatabaseSync,
  { has }: DatabaseSchema,
  sessionId: string,
  seq: number,
): string | null {
  if (!has('transcript_event_identities', 'event_id')) return null;
  const statement = `SELECT ${small('event_id')} AS id FROM transcript_event_identities
    WHERE session_id = ? AND seq = ? LIMIT 1`;
  const id = prepared(database, statement).get(sessionId, seq)?.id;
  return typeof id === 'string' ? id : null;
}

/**
 * The counts of the next events in the order in which they lie in the file, by session id, of the wanted ones, and the rowid
 * to go on from, null at the end. By transcript the same takes three times as long on a cold disk: no index has the sizes. SQLite adds them up:
 * a row for each event would take as long again, and leave its garbage.
 */
export function countSlice(
  database: DatabaseSync,
  schema: DatabaseSchema,
  after: bigint,
  limit: number,
  wanted: { has(sessionId: string): boolean },
): { counts: (EventCount & { readonly id: string })[]; next: bigint | null } {
  const rows = prepared(
    database,
    `SELECT id, COUNT(*) AS events, CAST(TOTAL(bytes) AS REAL) AS bytes, CAST(TOTAL(storedBytes) AS REAL) AS storedBytes,
        CAST(MAX(row) AS TEXT) AS last
      FROM (SELECT rowid AS row, ${smallId('session_id')} AS id, ${bytesOf(schema)} AS bytes, ${storedBytesOf(schema)} AS storedBytes
        FROM transcript_events WHERE rowid > ? ORDER BY rowid LIMIT ?)
      GROUP BY id ORDER BY MAX(row)`,
  ).iterate(after, limit);
  const counts: (EventCount & { readonly id: string })[] = [];
  let events = 0;
  let last = '';
  for (const row of rows) {
    const count = eventCount(row);
    events += count.events;
    last = String(row.last);
    if (typeof row.id === 'string' && wanted.has(row.id)) counts.push({ id: row.id, ...count });
  }
  return { counts, next: events < limit ? null : BigInt(last) };
}

export function countRecords(database: DatabaseSync, sessionId: string): RecordCount {
  const rows = prepared(
    database,
    `SELECT event_type AS type, COUNT(*) AS records, CAST(MAX(seq) AS REAL) AS seq FROM transcript_event_identities
      WHERE session_id = ? AND event_type IN ('message', 'compaction', 'reset') GROUP BY event_type`,
  ).all(sessionId);
  const count = (type: string) => Number(rows.find((row) => row.type === type)?.records ?? 0);
  const cuts = rows.filter(({ type }) => type !== 'message').map(({ seq }) => Number(seq));
  return {
    messages: count('message'),
    compactions: count('compaction'),
    cutSeq: cuts.length === 0 ? null : Math.max(...cuts),
  };
}

/** An event as it is stored. */
export interface StoredEvent {
  readonly rowid: bigint;
  readonly sessionId: string;
  readonly seq: number;
  readonly record: ReadRecord;
  /** Decoded; 0 where it was not. */
  readonly bytes: number;
}

/**
 * Events of one transcript after a sequence number, or of all in the order of the file after a rowid, until so many bytes
 * were decoded. One row at a time stands in memory.
 */
export function* readEvents(
  database: DatabaseSync,
  schema: DatabaseSchema,
  from: { sessionId: string; after: number } | { rowid: bigint },
  budget: number,
): Generator<StoredEvent> {
  const [where, ...parameters]: [string, ...SQLInputValue[]] =
    'rowid' in from ? ['rowid > ? ORDER BY rowid', from.rowid] : [BEHIND, from.sessionId, from.after];
  let decoded = 0;
  for (const row of prepared(database, `${selectEvents(schema)} WHERE ${where}`).iterate(...parameters)) {
    if ('after' in from && !isBehind(row, from.after)) continue;
    const event = toEvent(row, 'sessionId' in from ? from.sessionId : null);
    yield event;
    decoded += event.bytes + ROW_BYTES + ('rowid' in from ? event.sessionId.length : 0);
    if (decoded >= budget) return;
  }
}

/**
 * The last usage, from the newest events backwards; so many bytes at most, and none of an event that has more. `cutSeq`: where the context was cut last by the
 * recorded types. An event can be there whose recorded type is gone, and the other way round: either of them cuts.
 */
export function findLastUsage(
  database: DatabaseSync,
  schema: DatabaseSchema,
  { sessionId, cutSeq }: { readonly sessionId: string; readonly cutSeq: number | null },
  isEnough: IsEnough,
  budget: number,
): UsageSearch {
  return searchLastUsage(recordsFromEnd(), isEnough);

  function* recordsFromEnd(): Generator<ReadRecord | 'start'> {
    const statement = `${selectEvents(schema, budget)} WHERE session_id = ? ORDER BY transcript_events.seq DESC`;
    let decoded = 0;
    let cut = cutSeq;
    for (const row of prepared(database, statement).iterate(sessionId)) {
      if (decoded >= budget || row.isLarger === 1) return;
      const { record, bytes, seq } = toEvent(row, sessionId);
      if (cut !== null && seq <= cut) {
        yield { type: 'compaction' };
        cut = null;
      }
      yield record;
      decoded += bytes + SEARCHED_ROW_BYTES;
    }
    yield 'start';
  }
}

/**
 * A text that is too large is not asked for: near 512 MB node:sqlite gives no value at all, and no error. Nor is one that is
 * larger than the budget: a record of 60 MB is read where it is validated, and not in every search.
 */
function selectEvents({ has }: DatabaseSchema, budget = Number.POSITIVE_INFINITY): string {
  const largest = Math.min(budget, LARGEST_RECORD_BYTES);
  const [size, oversized] = ['octet_length(event_json)', `octet_length(event_json) > ${LARGEST_RECORD_BYTES}`];
  const zstd = has('transcript_events', 'event_zstd')
    ? `CASE WHEN octet_length(event_zstd) <= ${LARGEST_PACKED_BYTES} THEN event_zstd END`
    : 'NULL';
  const unpacked = has('transcript_events', 'event_utf8_bytes') ? 'CAST(event_utf8_bytes AS REAL)' : 'NULL';
  return `SELECT CAST(rowid AS TEXT) AS row, ${smallId('session_id')} AS sessionId, CAST(seq AS REAL) AS seq, ${unpacked} AS unpackedBytes,
    CASE WHEN ${size} <= ${largest} THEN event_json END AS json, ${zstd} AS zstd,
    COALESCE(${oversized}, 0) AS oversized, COALESCE(${size} > ${largest} AND NOT ${oversized}, 0) AS isLarger
    FROM transcript_events`;
}

/** The text of an event as it stands in a transcript; null: it cannot be read, or is too large. */
export interface EventText {
  readonly seq: number;
  readonly text: string | null;
}

/** The texts of one transcript after a sequence number, until so many bytes were decoded. */
export function* readTexts(
  database: DatabaseSync,
  schema: DatabaseSchema,
  from: { sessionId: string; after: number },
  budget: number,
): Generator<EventText> {
  const statement = `${selectEvents(schema)} WHERE ${BEHIND}`;
  let decoded = 0;
  for (const row of prepared(database, statement).iterate(from.sessionId, from.after)) {
    if (!isBehind(row, from.after)) continue;
    const { text, bytes } = textOf(row);
    yield { seq: Number(row.seq), text };
    decoded += bytes + ROW_BYTES;
    if (decoded >= budget) return;
  }
}

/** Above 2^53 several numbers are one in JavaScript: who goes on behind the last event that was read would read it again, and for ever. */
function isBehind({ seq }: Record<string, unknown>, after: number): boolean {
  return Number(seq) > after;
}

/** `sessionId`: of all events that are asked for; null: each has its own. */
function toEvent(row: Record<string, unknown>, sessionId: string | null): StoredEvent {
  const event = {
    rowid: BigInt(String(row.row)),
    sessionId: sessionId ?? String(row.sessionId),
    seq: Number(row.seq),
  };
  if (row.oversized === 1) return { ...event, record: 'oversized', bytes: 0 };
  const { text, bytes } = textOf(row);
  return { ...event, record: (text === null ? null : parseRecord(text)) ?? 'bad', bytes };
}

function textOf({ json, zstd, unpackedBytes }: Record<string, unknown>): { text: string | null; bytes: number } {
  return typeof json === 'string' ? { text: json, bytes: json.length } : unpack(zstd, unpackedBytes);
}

/** One more than the text: a piece that is full is not known to be the last. */
function chunkBytes(unpackedBytes: unknown): number {
  const wanted = typeof unpackedBytes === 'number' ? unpackedBytes + 1 : CHUNK_BYTES.most;
  return Math.max(CHUNK_BYTES.least, Math.min(wanted, CHUNK_BYTES.most));
}

/**
 * No text: no frame, or a damaged one, or one that unpacks to more than OpenClaw ever packs. That costs as much as the
 * largest that does, and a damaged one something: a database of bombs must end a slice.
 */
function unpack(frame: unknown, unpackedBytes: unknown): { text: string | null; bytes: number } {
  if (!(frame instanceof Uint8Array)) return { text: null, bytes: 0 };
  try {
    const options = { maxOutputLength: LARGEST_PACKED_BYTES, chunkSize: chunkBytes(unpackedBytes) };
    const text = zstdDecompressSync(frame, options).toString('utf8');
    return { text, bytes: text.length };
  } catch (error) {
    const isBomb = codeOf(error) === 'ERR_BUFFER_TOO_LARGE';
    return { text: null, bytes: isBomb ? LARGEST_PACKED_BYTES : CHUNK_BYTES.most };
  }
}
