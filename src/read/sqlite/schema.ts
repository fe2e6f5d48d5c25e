import type { DatabaseSync } from 'node:sqlite';
import { normalizeAgentId } from '../../openclaw/agent-id.ts';
import { small, text } from './values.ts';

/** The tables that are read, and no others: credentials stand in the same file. */
export const TABLES = [
  'schema_meta',
  'session_nodes',
  'session_windows',
  'conversations',
  'session_conversations',
  'transcript_events',
  'transcript_event_identities',
  'transcript_rewrite_watermarks',
  'session_transcript_archives',
  'session_transcript_cold_archives',
  'session_pending_inputs',
] as const;

/** Without these there are no sessions to read; all else is as if NULL where a version lacks it. */
const NEEDED = [
  'session_nodes.session_key',
  'session_nodes.current_session_id',
  'session_nodes.entry_json',
  'session_windows.session_id',
  'transcript_events.session_id',
  'transcript_events.seq',
  'transcript_events.event_json',
  'transcript_event_identities.session_id',
  'transcript_event_identities.event_type',
  'transcript_event_identities.seq',
];

/**
 * Columns of primary keys, by their place in it. Without the first each row of one table is looked for in all rows of another;
 * without the second all events of a transcript are sorted before the first of them is read.
 */
const NEEDED_KEYS = [
  'session_nodes.session_key 1',
  'session_windows.session_id 1',
  'transcript_events.session_id 1',
  'transcript_events.seq 2',
  'transcript_event_identities.session_id 1',
];

/** The same of the tables that a version may lack: without its key such a table is as if it were not there. */
const KEYS: ReadonlyMap<string, readonly string[]> = new Map([
  ['conversations', ['conversations.conversation_id 1']],
  ['session_conversations', ['session_conversations.session_id 1', 'session_conversations.conversation_id 2']],
  ['transcript_rewrite_watermarks', ['transcript_rewrite_watermarks.session_id 1']],
  ['session_transcript_cold_archives', ['session_transcript_cold_archives.session_id 1']],
]);

/**
 * Columns without which nothing is asked of the others of their table. Where a later version renames one of them, what that table
 * says is unknown; the sessions are not.
 */
const TOGETHER: ReadonlyMap<string, readonly string[]> = new Map([
  ['schema_meta', ['schema_meta.meta_key']],
  ['session_conversations', ['session_conversations.role', 'session_conversations.last_seen_at']],
  ['session_transcript_archives', ['session_transcript_archives.published_at']],
]);

/** With one more column in its key a session would have many rows, each with many windows. */
const MANY_ROWS = /^(session_nodes|session_windows)\./;

/** Rows are read on from the last one's rowid. A column of such a name hides it, and says whatever somebody wrote there. */
const HIDES_ROWID = /^(session_nodes|transcript_events)\.(rowid|oid|_rowid_)$/i;

/** Of any version that keeps sessions in the database; `session_entries` is that of 2026.7.2-beta.1 to beta.4. */
const SESSION_TABLES = ['session_nodes', 'session_windows', 'session_entries', 'transcript_events'];

export interface DatabaseSchema {
  /** PRAGMA user_version. */
  readonly version: number;
  /** OpenClaw's version that wrote the database last; null when it does not say. */
  readonly appVersion: string | null;
  /** `absent`: no session tables, as in 2026.6.5 to 2026.7.x, which keep credentials and caches in a file of this name. */
  readonly sessions: 'readable' | 'unsupported' | 'mismatch' | 'absent';
  /** Whether a table has a column. */
  has(table: (typeof TABLES)[number], column: string): boolean;
  /** Whether the windows of one key are found without all others. */
  readonly hasIndexOfKeys: boolean;
}

/**
 * What a database holds and for whom (null: for several agents). What is in it decides, never that it exists, nor its
 * version.
 */
export function databaseSchema(database: DatabaseSync, agent: string | null): DatabaseSchema {
  const columns = new Set(texts(database, COLUMNS, ...TABLES));
  const keys = new Set(texts(database, KEY_COLUMNS, ...TABLES));
  const has: DatabaseSchema['has'] = (table, column) => {
    const [key, others] = [KEYS.get(table) ?? [], TOGETHER.get(table) ?? []];
    return (
      columns.has(`${table}.${column}`) &&
      key.every((each) => keys.has(each)) &&
      others.every((each) => columns.has(each))
    );
  };
  const version = userVersion(database);
  const meta = has('schema_meta', 'agent_id') && has('schema_meta', 'role') ? metaOf(database, has) : null;
  const appVersion = text(meta?.app_version) || null;
  const tables = new Set(texts(database, SESSION_TABLES_THERE, ...SESSION_TABLES));
  return {
    version,
    appVersion,
    has,
    hasIndexOfKeys: texts(database, INDEXES_OF_KEYS).length > 0,
    sessions: sessions(),
  };

  function sessions(): DatabaseSchema['sessions'] {
    if (!holdsSessions(tables)) return 'absent';
    if (meta !== null && isOfAnother(meta, agent)) return 'mismatch';
    const isReadable =
      NEEDED.every((column) => columns.has(column)) &&
      NEEDED_KEYS.every((column) => keys.has(column)) &&
      !texts(database, SECOND_COLUMNS, ...TABLES).some((column) => MANY_ROWS.test(column)) &&
      ![...columns].some((column) => HIDES_ROWID.test(column)) &&
      texts(database, WITHOUT_ROWID).length === 0;
    return isReadable ? 'readable' : 'unsupported';
  }
}

/** Whether there are tables of sessions among these, of whatever version. */
export function holdsSessions(tables: ReadonlySet<string>): boolean {
  return SESSION_TABLES.some((table) => tables.has(table));
}

/** A virtual table has no page of its own. What it says lies in other tables, and those are not read. */
const FROM_COLUMNS = `FROM sqlite_schema t, pragma_table_info(t.name) c
  WHERE t.type = 'table' AND t.rootpage > 0 AND t.name IN (${TABLES.map(() => '?').join(', ')})`;
const COLUMNS = `SELECT t.name || '.' || c.name AS name ${FROM_COLUMNS}`;
const SECOND_COLUMNS = `${COLUMNS} AND c.pk = 2`;
/**
 * Of an id that is compared as it is. Where SQLite takes many for one, as numbers or without letter case, each of a thousand
 * transcripts has the events of all. The index of a key says how its columns are compared, unless a COLLATE BINARY says it of the index alone.
 * Numbers that are compared as texts have another order.
 */
const KEY_COLUMNS = `SELECT DISTINCT t.name || '.' || c.name || ' ' || c.pk AS name
  FROM sqlite_schema t, pragma_table_info(t.name) c, pragma_index_list(t.name) i, pragma_index_xinfo(i.name) x
  WHERE t.type = 'table' AND t.rootpage > 0 AND t.name IN (${TABLES.map(() => '?').join(', ')}) AND t.sql NOT LIKE '%COLLATE%BINARY%'
    AND c.pk > 0 AND (c.type = '' OR c.type LIKE CASE c.name WHEN 'seq' THEN 'INT%' ELSE 'TEXT' END)
    AND i.origin = 'pk' AND x.cid = c.cid AND x.coll = 'BINARY'`;
/** The index of a key ends with the rowid, unless its table has none. Only what asks for a rowid would fail, so one scan says other than the next. */
const WITHOUT_ROWID = `SELECT t.name FROM sqlite_schema t, pragma_index_list(t.name) i
  WHERE t.type = 'table' AND t.rootpage > 0 AND t.name IN ('session_nodes', 'transcript_events') AND i.origin = 'pk'
    AND NOT EXISTS (SELECT 1 FROM pragma_index_xinfo(i.name) x WHERE x.cid = -1)`;
/** Of a part of the rows, or without letter case, it finds not what is asked for. */
const INDEXES_OF_KEYS = `SELECT i.name FROM pragma_index_list('session_windows') i, pragma_index_xinfo(i.name) c
  WHERE NOT i.partial AND c.seqno = 0 AND c.name = 'session_key' AND c.coll = 'BINARY'`;
const SESSION_TABLES_THERE = `SELECT name FROM sqlite_schema
  WHERE type = 'table' AND name IN (${SESSION_TABLES.map(() => '?').join(', ')})`;

function texts(database: DatabaseSync, statement: string, ...parameters: readonly string[]): string[] {
  return database
    .prepare(statement)
    .all(...parameters)
    .map(({ name }) => String(name));
}

export function userVersion(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version ?? 0);
}

function metaOf(database: DatabaseSync, has: DatabaseSchema['has']) {
  const columns = ['role', 'agent_id', 'app_version']
    .filter((column) => has('schema_meta', column))
    .map((column) => `${small(column)} AS ${column}`);
  return database.prepare(`SELECT ${columns.join(', ')} FROM schema_meta WHERE meta_key = 'primary'`).get() ?? null;
}

function isOfAnother({ role, agent_id }: Record<string, unknown>, agent: string | null): boolean {
  if (role !== 'agent') return true;
  if (agent === null) return false;
  return typeof agent_id === 'string' && normalizeAgentId(agent_id) !== agent;
}
