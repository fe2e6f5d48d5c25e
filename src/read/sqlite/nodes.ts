import type { DatabaseSync } from 'node:sqlite';
import { DatabaseError } from '../../disk/database-file.ts';
import { isObject } from '../../is-object.ts';
import { MOST_CHARACTERS } from '../../model/reading.ts';
import type { StoredRoute } from '../../model/session.ts';
import { ENTRY_FIELDS, type IndexEntry, parseEntry } from '../../openclaw/index-entry.ts';
import { routeColumns, routeJoin, routeMarks, routeOf } from './routes.ts';
import type { DatabaseSchema } from './schema.ts';
import { parseOrNull, small, smallId, text } from './values.ts';

/** More than an agent may have, or more of them than is kept. It stays so until the database is written to. */
export class TooManySessions extends DatabaseError {}

/** One row of `session_nodes` with what belongs to it. Times in milliseconds since the epoch. */
export interface SessionNode {
  readonly rowid: string;
  /** As `readMarks` has it. */
  readonly mark: string;
  /** How many are kept of the row. */
  readonly characters: number;
  readonly key: string;
  readonly sessionId: string;
  /** null: no object. */
  readonly entry: IndexEntry | null;
  readonly route: StoredRoute;
  readonly archived: boolean;
  readonly updatedMs: number | null;
  readonly createdMs: number | null;
  readonly lastInteractionMs: number | null;
  readonly lastActivityMs: number | null;
  readonly status: string | null;
  /** The row of its current transcript; null when there is none. */
  readonly window: SessionWindow | null;
  /** A transcript that was moved out of the event table. */
  readonly cold: { readonly bytes: number | null; readonly archivedMs: number | null } | null;
  /** Of the newest event; null without events. */
  readonly lastSeq: number | null;
  /** Changes when the transcript is rewritten; null: the version has none, or it was not rewritten yet. */
  readonly generation: string | null;
  /** When the younger of two windows began that began within seconds of each other; null: none did. */
  readonly simultaneousStartMs: number | null;
}

interface SessionWindow {
  readonly chatType: string | null;
  readonly accountId: string | null;
  readonly model: string | null;
  readonly provider: string | null;
  readonly transcriptMs: number | null;
}

/** Fields of the entry that a database has elsewhere or never. */
const NOT_STORED = new Set([
  'sessionFile',
  'transcriptPath',
  'origin',
  'deliveryContext',
  'lastAccountId',
  'channel',
  'provider',
  'lastChannel',
  'lastProvider',
  'archivedAt',
]);
const FIELDS = [...ENTRY_FIELDS].filter((field) => !NOT_STORED.has(field));
const DELIVERY = '$.delivery';
/** No entry has a hundredth of it; near 512 MB node:sqlite gives no value at all, and no error. */
const LARGEST_ENTRY_BYTES = 16 * 1024 * 1024;
/** Of the fields that are used; no entry has a hundredth of it. Of one that has more it is known that it is an object. */
const LONGEST_FIELDS = 256 * 1024;

const NEXT = 'n.rowid > ? ORDER BY n.rowid LIMIT ?';

/**
 * The sessions after a rowid, tombstones left out (`entry_valid` -1 with `{}`: history without a current entry). An entry
 * has 9 to 24 KB, of which `json_extract` takes what is used three times as fast as parsing it all; it throws at the
 * first malformed entry, which ends the statement (and OpenClaw's own list), so each is asked whether it is one first.
 * Throws a DatabaseError where they say more than is kept of a store.
 */
export function readNodes(database: DatabaseSync, schema: DatabaseSchema, after: bigint, limit: number): SessionNode[] {
  return nodesOf(database.prepare(selectRows(schema, NEXT)).iterate(after, limit));
}

/** One row at a time stands in memory. */
function nodesOf(rows: Iterable<Record<string, unknown>>): SessionNode[] {
  const nodes: SessionNode[] = [];
  let characters = 0;
  for (const row of rows) {
    const node = toNode(row);
    nodes.push(node);
    characters += node.characters;
    if (characters > MOST_CHARACTERS) throw new TooManySessions('database_unreadable');
  }
  return nodes;
}

/** Those of these rowids that are still there. */
export function readNodesAt(database: DatabaseSync, schema: DatabaseSchema, rowids: readonly string[]): SessionNode[] {
  const chosen = `n.rowid IN (${rowids.map(() => '?').join(', ')})`;
  return nodesOf(database.prepare(selectRows(schema, chosen)).iterate(...rowids.map(BigInt)));
}

export type NodeMark = Pick<SessionNode, 'rowid' | 'mark'>;

/**
 * What is cheap to ask of the same rows: times, sizes and numbers, as one text. It takes a fifth of the time that the rows
 * take. Each write of OpenClaw's changes one of them; a change by hand may not.
 */
export function readMarks(database: DatabaseSync, schema: DatabaseSchema, after: bigint, limit: number): NodeMark[] {
  return database
    .prepare(`SELECT ${ROWID}, ${markOf(schema)} AS mark ${tables(schema)} AND ${NEXT}`)
    .all(after, limit)
    .map(({ row, mark }) => ({ rowid: String(row), mark: String(mark) }));
}

const ROWID = 'CAST(n.rowid AS TEXT) AS row';
const ID = smallId('n.current_session_id');
const LAST_SEQ = `(SELECT MAX(e.seq) FROM transcript_events e WHERE e.session_id = ${ID})`;

/** Columns that a row is made from beside its entry. All of them are in its mark, so that no change of one goes unseen. */
const NODE_COLUMNS = [
  'session_key',
  'current_session_id',
  'entry_valid',
  'updated_at',
  'created_at',
  'status',
  'archived_at',
  'last_interaction_at',
  'last_activity_at',
] as const;
/** The same of its window. */
const WINDOW_COLUMNS = ['chat_type', 'account_id', 'model', 'model_provider', 'transcript_updated_at'] as const;

function markOf(schema: DatabaseSchema): string {
  const { has } = schema;
  const values = [
    'octet_length(n.entry_json)',
    ...NODE_COLUMNS.filter((column) => has('session_nodes', column)).map((column) => sized(`n.${column}`)),
    ...WINDOW_COLUMNS.filter((column) => has('session_windows', column)).map((column) => sized(`w.${column}`)),
    ...(isCold(schema) ? ['c.raw_bytes', coldTime(schema)] : []),
    LAST_SEQ,
    generation(schema),
    ...routeMarks(schema),
  ];
  return `concat_ws(char(31), ${values.map((value) => `COALESCE(${value}, '')`).join(', ')})`;
}

/** What is too large to be read is told by its size. */
function sized(column: string): string {
  return `COALESCE(${small(column)}, octet_length(${column}))`;
}

function isCold({ has }: DatabaseSchema): boolean {
  return has('session_transcript_cold_archives', 'raw_bytes');
}

function coldTime({ has }: DatabaseSchema): string {
  return has('session_transcript_cold_archives', 'archived_at') ? 'c.archived_at' : 'NULL';
}

function generation({ has }: DatabaseSchema): string {
  return has('transcript_rewrite_watermarks', 'generation')
    ? `(SELECT ${small('g.generation')} FROM transcript_rewrite_watermarks g WHERE g.session_id = ${ID})`
    : 'NULL';
}

/** Without tombstones; to be followed by ` AND `. */
function tables(schema: DatabaseSchema): string {
  return `FROM session_nodes n
      LEFT JOIN session_windows w ON w.session_id = ${ID}
      ${isCold(schema) ? `LEFT JOIN session_transcript_cold_archives c ON c.session_id = ${ID}` : ''}
      ${routeJoin(schema)}
    WHERE NOT (${schema.has('session_nodes', 'entry_valid') ? "n.entry_valid = -1 AND n.entry_json = '{}'" : '0'})`;
}

function selectRows(schema: DatabaseSchema, which: string): string {
  const { has } = schema;
  const isSmall = `octet_length(n.entry_json) <= ${LARGEST_ENTRY_BYTES}`;
  const isJson = `typeof(n.entry_json) = 'text' AND ${isSmall} AND json_valid(n.entry_json)`;
  const paths = [...FIELDS.map((field) => `$.${field}`), DELIVERY].map((path) => `'${path}'`).join(', ');
  const node = (column: (typeof NODE_COLUMNS)[number]) => (has('session_nodes', column) ? `n.${column}` : 'NULL');
  const window = (column: (typeof WINDOW_COLUMNS)[number]) => (has('session_windows', column) ? `w.${column}` : 'NULL');
  // As REAL: node:sqlite throws at an integer above 2^53, and one bad row must not hide the others.
  const real = (column: string, name: string) => `CAST(${column} AS REAL) AS ${name}`;
  return `SELECT ${ROWID}, ${markOf(schema)} AS mark, ${small('n.session_key')} AS key, ${ID} AS sessionId,
      CASE WHEN ${isJson} THEN CASE json_type(n.entry_json) WHEN 'object' THEN json_extract(n.entry_json, ${paths}) END END AS fields,
      CASE WHEN ${isJson} OR NOT ${isSmall} THEN NULL ELSE n.entry_json END AS malformed,
      ${node('archived_at')} IS NOT NULL AS archived, ${small(node('status'))} AS status,
      ${real(node('updated_at'), 'updatedMs')}, ${real(node('created_at'), 'createdMs')},
      ${real(node('last_interaction_at'), 'lastInteractionMs')}, ${real(node('last_activity_at'), 'lastActivityMs')},
      w.session_id IS NOT NULL AS hasWindow, ${small(window('chat_type'))} AS chatType,
      ${small(window('account_id'))} AS accountId,
      ${small(window('model'))} AS model, ${small(window('model_provider'))} AS provider,
      ${real(window('transcript_updated_at'), 'transcriptMs')},
      ${isCold(schema) ? `${real('c.raw_bytes', 'coldBytes')}, ${real(coldTime(schema), 'coldMs')}` : 'NULL AS coldBytes, NULL AS coldMs'},
      ${real(LAST_SEQ, 'lastSeq')}, ${generation(schema)} AS generation, ${routeColumns(schema)}
    ${tables(schema)} AND ${which}`;
}

function toNode(given: Record<string, unknown>): SessionNode {
  const isLong = typeof given.fields === 'string' && given.fields.length > LONGEST_FIELDS;
  const row = isLong ? { ...given, fields: '[]' } : given;
  const entry = parseEntry(fieldsOf(row));
  return {
    rowid: String(row.row),
    mark: String(row.mark),
    characters: charactersIn(row),
    // Too large to be read: no key and no id of OpenClaw's is.
    key: String(row.key ?? `row ${row.row}`),
    sessionId: String(row.sessionId ?? ''),
    entry,
    route: routeOf(entry, row),
    archived: row.archived === 1,
    updatedMs: figure(row.updatedMs),
    createdMs: figure(row.createdMs),
    lastInteractionMs: figure(row.lastInteractionMs),
    lastActivityMs: figure(row.lastActivityMs),
    status: text(row.status),
    window:
      row.hasWindow === 1
        ? {
            chatType: text(row.chatType),
            accountId: text(row.accountId),
            model: text(row.model),
            provider: text(row.provider),
            transcriptMs: figure(row.transcriptMs),
          }
        : null,
    cold: typeof row.coldBytes === 'number' ? { bytes: figure(row.coldBytes), archivedMs: figure(row.coldMs) } : null,
    lastSeq: typeof row.lastSeq === 'number' ? row.lastSeq : null,
    generation: text(row.generation),
    simultaneousStartMs: figure(row.simultaneousStartMs),
  };
}

function charactersIn(row: Record<string, unknown>): number {
  return Object.values(row).reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : 0), 0);
}

/** What a file has as `origin` and `deliveryContext` is one object here. */
function withDelivery(values: Record<string, unknown>, delivery: unknown) {
  const { origin, context, route } = isObject(delivery) ? delivery : {};
  const lastAccountId = isObject(route) ? route.accountId : undefined;
  return { ...values, origin, deliveryContext: context, lastAccountId };
}

function fieldsOf({ fields, malformed }: Record<string, unknown>): object | null {
  if (typeof fields === 'string') {
    const values: unknown[] = JSON.parse(fields);
    return withDelivery(Object.fromEntries(FIELDS.map((field, at) => [field, values[at]])), values[FIELDS.length]);
  }
  const values = typeof malformed === 'string' ? parseOrNull(malformed) : null;
  return isObject(values) ? withDelivery(values, values.delivery) : null;
}

function figure(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;
}
