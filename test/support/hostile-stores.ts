import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { putFile } from './folder.ts';
import { createState, type State } from './state.ts';

export const HEALTHY = 'agent:main:main';
const KEY = 'agent:bad:main';
const MIB = 1024 * 1024;

export interface HostileStore {
  readonly name: string;
  readonly era: 'files' | 'database';
  /** What somebody does to the store of `bad`, or to what all agents share. */
  harm(state: State): void;
}

/** Two agents with one session each. */
export function twoAgents(era: HostileStore['era']): State {
  if (era === 'files')
    return createState({ agents: { main: { index: { [HEALTHY]: {} } }, bad: { index: { [KEY]: {} } } } });
  return createState({
    agents: { main: { database: { sessions: { [HEALTHY]: {} } } }, bad: { database: { sessions: { [KEY]: {} } } } },
    registry: { version: '2026.9.6', agents: [] },
  });
}

function statements(name: string, ...all: readonly string[]): HostileStore {
  return database(name, (path) => {
    using open = new DatabaseSync(path);
    for (const statement of all) open.exec(statement);
  });
}

function database(name: string, harm: (path: string, state: State) => void): HostileStore {
  return { name, era: 'database', harm: (state) => harm(state.databasePath('bad'), state) };
}

function files(name: string, harm: (state: State) => void): HostileStore {
  return { name, era: 'files', harm };
}

/** A gateway that was killed: its WAL and its -shm stay, changed by somebody. null: the file is gone. */
function killed(name: string, change: (log: Buffer, shm: Buffer) => { log: Buffer; shm: Buffer | null }): HostileStore {
  return database(name, (path) => {
    const open = new DatabaseSync(path);
    open.exec(
      'PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE more (a); INSERT INTO more VALUES (1)',
    );
    const { log, shm } = change(readFileSync(`${path}-wal`), readFileSync(`${path}-shm`));
    open.close();
    writeFileSync(`${path}-wal`, log);
    if (shm !== null) writeFileSync(`${path}-shm`, shm);
  });
}

function wal(name: string, change: (wal: Buffer) => Buffer): HostileStore {
  return killed(name, (log, shm) => ({ log: change(log), shm }));
}

/** Statements on the database that all agents share. */
function registry(name: string, ...all: readonly string[]): HostileStore {
  return database(name, (_path, { dir }) => {
    using open = new DatabaseSync(join(dir, 'state', 'openclaw.sqlite'));
    for (const statement of all) open.exec(statement);
  });
}

function numbered<T>(count: number, make: (name: string) => T): T[] {
  return Array.from({ length: count }, (_, at) => make(`a${at}`));
}

function record(name: string, content: () => string): HostileStore {
  return files(name, (state) => appendFileSync(state.transcriptPath(KEY), `${content()}\n`));
}

function config(name: string, text: () => string): HostileStore {
  return files(name, ({ dir }) => void putFile(join(dir, 'openclaw.json'), text()));
}

/** Statements on the schema itself, which SQLite refuses where nobody asks for it. */
function schema(name: string, ...all: readonly string[]): HostileStore {
  return database(name, (path) => {
    using open = new DatabaseSync(path, { defensive: false });
    for (const statement of ['PRAGMA writable_schema = ON', ...all]) open.exec(statement);
  });
}

interface Pages {
  readonly bytes: Buffer;
  readonly size: number;
  /** Where the first page of a table begins. */
  rootOf(table: string): number;
}

/** What no statement can write, in a database without a WAL, after these statements. */
function pages(name: string, statements: readonly string[], change: (pages: Pages) => void): HostileStore {
  return database(name, (path) => {
    const roots = new Map<string, number>();
    {
      using open = new DatabaseSync(path);
      for (const statement of ['PRAGMA journal_mode = DELETE', ...statements]) open.exec(statement);
      for (const { name: table, rootpage } of open.prepare('SELECT name, rootpage FROM sqlite_schema').all())
        roots.set(String(table), Number(rootpage));
    }
    const bytes = readFileSync(path);
    const size = bytes.readUInt16BE(16);
    change({ bytes, size, rootOf: (table) => ((roots.get(table) ?? 0) - 1) * size });
    writeFileSync(path, bytes);
  });
}

/** Makes the page of a table, whose header stands at `header`, one whose only children are the page itself. */
function childOfItself({ bytes, size }: Pages, start: number, header = start): void {
  const cell = size - 10;
  const page = start / size + 1;
  bytes[header] = 5;
  bytes.writeUInt16BE(1, header + 3);
  bytes.writeUInt16BE(cell, header + 5);
  bytes.writeUInt32BE(page, header + 8);
  bytes.writeUInt16BE(cell, header + 12);
  bytes.writeUInt32BE(page, start + cell);
  bytes[start + cell + 4] = 1;
}

/** The same tables and rows in another encoding or size of pages, which only a new database can have. */
function rewritten(name: string, setting: string): HostileStore {
  return database(name, (path) => {
    const other = `${path}.other`;
    {
      using from = new DatabaseSync(path);
      using to = new DatabaseSync(other);
      to.exec(`PRAGMA ${setting}; PRAGMA user_version = ${from.prepare('PRAGMA user_version').get()?.user_version}`);
      for (const type of ['table', 'index']) {
        const made = from.prepare("SELECT name, sql FROM sqlite_schema WHERE type = ? AND name NOT LIKE 'sqlite_%'");
        for (const { name: table, sql } of made.all(type)) {
          if (sql === null) continue;
          to.exec(String(sql));
          if (type === 'table') copyRows(from, to, String(table));
        }
      }
    }
    renameSync(other, path);
  });
}

function copyRows(from: DatabaseSync, to: DatabaseSync, table: string): void {
  for (const row of from.prepare(`SELECT * FROM ${table}`).all()) {
    const places = Object.keys(row).map(() => '?');
    to.prepare(`INSERT INTO ${table} (${Object.keys(row)}) VALUES (${places})`).run(...Object.values(row));
  }
}

/** A table anew with these columns. */
function recreated(table: string, columns: string, select: string): string[] {
  return [
    `ALTER TABLE ${table} RENAME TO former`,
    `CREATE TABLE ${table} (${columns})`,
    `INSERT INTO ${table} ${select} FROM former`,
    'DROP TABLE former',
  ];
}

/** `INSERT INTO` so many rows, of which `n` is the number. */
function rows(count: number, into: string, values: string): string {
  return `INSERT OR IGNORE INTO ${into} WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < ${count})
    SELECT ${values} FROM s`;
}

/** So many sessions with a window and an event each. */
function sessionRows(count: number): string[] {
  return [
    rows(
      count,
      'session_nodes (session_key, current_session_id, entry_json, updated_at)',
      "'agent:bad:telegram:direct:' || n, 'row-' || n, '{}', n",
    ),
    rows(
      count,
      'session_windows (session_id, session_key, created_at, updated_at, primary_conversation_id)',
      "'row-' || n, 'agent:bad:telegram:direct:' || n, n * 20000, n, 'conversation-' || n",
    ),
    rows(count, 'transcript_events (session_id, seq, event_json, created_at)', "'row-' || n, 1, '{}', 1"),
    rows(
      count,
      'transcript_event_identities (session_id, event_id, seq, event_type, created_at)',
      "'row-' || n, 'event', 1, 'message', 1",
    ),
  ];
}

const OPTIONAL = [
  'conversations',
  'session_conversations',
  'transcript_event_identities',
  'transcript_rewrite_watermarks',
  'session_transcript_archives',
  'session_transcript_cold_archives',
];
/** Of all of them. */
const OPTIONAL_COLUMNS = [
  ...[
    'session_id',
    'session_key',
    'conversation_id',
    'channel',
    'peer_id',
    'thread_id',
    'event_id',
    'event_type',
    'seq',
  ],
  ...['generation', 'raw_bytes', 'archived_at', 'published_at', 'last_publish_error', 'role', 'route_context_json'],
  'last_seen_at',
];
/** As text, 10 MB. */
const LARGE = 'hex(zeroblob(5000000))';
const TERABYTE = 1024 ** 4;

const MANY = `[${'[],'.repeat(20_000_000)}0]`;
const LONG_KEY = `agent:bad:${'x:'.repeat(200_000)}`;
const COPIED = ['session_windows', 'session_nodes', 'transcript_events', 'transcript_event_identities'];

export const HOSTILE_STORES: readonly HostileStore[] = [
  wal('a WAL cut to its header', (log) => log.subarray(0, 32)),
  wal('a WAL with a wrong magic', (log) => Buffer.concat([Buffer.from('nope'), log.subarray(4)])),
  wal('a WAL full of garbage', () => Buffer.alloc(8 * MIB, 'garbage')),
  wal('a WAL whose frames are garbage', (log) =>
    Buffer.concat([log.subarray(0, 32), Buffer.alloc(8 * MIB, 'garbage')]),
  ),
  database('a database cut in half', (path) => truncateSync(path, 40_000)),
  files('a key of 400 KB in 200,000 parts (file)', (state) => state.addSession(LONG_KEY)),
  statements('a key of 400 KB in 200,000 parts (database)', `UPDATE session_nodes SET session_key = '${LONG_KEY}'`),
  files('a key of 200,000 heartbeats', (state) => state.addSession(`agent:bad${':heartbeat'.repeat(200_000)}`)),
  statements('a column called rowid', "ALTER TABLE session_nodes ADD COLUMN rowid TEXT DEFAULT 'no number'"),
  statements(
    'a column called rowid that is the same in each row',
    'ALTER TABLE session_nodes ADD COLUMN rowid INTEGER DEFAULT 7',
    'ALTER TABLE transcript_events ADD COLUMN rowid INTEGER DEFAULT 7',
  ),
  statements(
    'tables without a primary key',
    ...COPIED.flatMap((table) => [
      `CREATE TABLE copy AS SELECT * FROM ${table}`,
      `DROP TABLE ${table}`,
      `ALTER TABLE copy RENAME TO ${table}`,
    ]),
    'INSERT INTO session_windows SELECT * FROM session_windows',
  ),
  statements(
    'tables without a rowid',
    'CREATE TABLE copy (session_key TEXT PRIMARY KEY, current_session_id, entry_json) WITHOUT ROWID',
    'INSERT INTO copy SELECT session_key, current_session_id, entry_json FROM session_nodes',
    'DROP TABLE session_nodes',
    'ALTER TABLE copy RENAME TO session_nodes',
  ),
  ...['session_nodes', 'transcript_events', 'schema_meta', 'session_pending_inputs'].map((table) =>
    statements(
      `a view without end in the place of ${table}`,
      `DROP TABLE ${table}`,
      `CREATE VIEW ${table} AS WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)
        SELECT x AS session_id, x AS session_key, x AS current_session_id, x AS entry_json, x AS seq, x AS event_json,
          'primary' AS meta_key, 'agent' AS role, 'bad' AS agent_id, x AS app_version, x AS accepted_at FROM c`,
    ),
  ),
  ...['session_windows', 'transcript_events'].map((table) =>
    statements(
      `a virtual table in the place of ${table}`,
      `DROP TABLE ${table}`,
      `CREATE VIRTUAL TABLE ${table} USING fts5(session_id, seq, event_json)`,
    ),
  ),
  statements(
    'a column that is worked out anew for each row',
    'ALTER TABLE session_nodes RENAME COLUMN status TO former',
    'ALTER TABLE session_nodes ADD COLUMN status TEXT GENERATED ALWAYS AS (hex(zeroblob(200000000))) VIRTUAL',
  ),
  statements(
    'numbers that are none in every column',
    'UPDATE session_nodes SET updated_at = 9223372036854775807, created_at = -9223372036854775807, last_activity_at = 8640000000000001',
    'UPDATE transcript_events SET seq = 9223372036854775807 - seq',
    'UPDATE transcript_events SET event_utf8_bytes = 9223372036854775807',
  ),
  ...['', '-wal', '-shm', '-journal'].map((suffix) =>
    database(`a folder in the place of the database${suffix}`, (path) => {
      rmSync(`${path}${suffix}`, { force: true });
      mkdirSync(`${path}${suffix}`);
    }),
  ),
  ...['SQLite format 4\0', 'ZV-zlib\0', '\u0011\u00a7\u001c'].map((header) =>
    database(`a header that is none: ${JSON.stringify(header)}`, (path) => {
      const bytes = readFileSync(path);
      bytes.write(header, 0, 'latin1');
      writeFileSync(path, bytes);
    }),
  ),
  database('a database of 10 GB that takes no room', (path) => truncateSync(path, 10 * 1024 * MIB)),
  database('a hot journal of garbage', (path) => writeFileSync(`${path}-journal`, Buffer.alloc(4096, 1))),
  statements('20 MB in the place of a version', 'UPDATE schema_meta SET app_version = hex(zeroblob(10000000))'),
  statements('a status of 60 MB', 'UPDATE session_nodes SET status = hex(zeroblob(30000000))'),
  database('an event of 12 MB of []', (path) => {
    using open = new DatabaseSync(path);
    open.prepare('UPDATE transcript_events SET event_json = ? WHERE seq = 2').run(`[${'[],'.repeat(4_000_000)}0]`);
  }),
  record('a record of 60 MB of []', () => MANY),
  record('a record nested 30 million deep', () => '['.repeat(30_000_000) + ']'.repeat(30_000_000)),
  files('an entry of 30 MB of []', (state) => {
    state.writeIndex('bad', `"agent:bad:x": [${'[],'.repeat(10_000_000)}0]`);
  }),
  files('a field of 30 MB of []', (state) => {
    state.writeIndex('bad', `"agent:bad:x": {"origin": [${'[],'.repeat(10_000_000)}0]}`);
  }),
  files('an index of a million sessions', (state) => {
    const keys = Array.from({ length: 1_000_000 }, (_, at) => `"agent:bad:telegram:direct:${at}":{}`);
    putFile(state.indexPath('bad'), `{${keys.join()}}`);
  }),
  files('an index of 10 GB that takes no room', (state) => truncateSync(state.indexPath('bad'), 10 * 1024 * MIB)),
  files('a transcript of 1 GB that takes no room', (state) => truncateSync(state.transcriptPath(KEY), 1024 * MIB)),
  files('20,000 folders beside the transcripts', (state) => {
    for (let at = 0; at < 20_000; at += 1) mkdirSync(join(state.folder('bad'), `folder-${at}`));
  }),
  files('keys, ids and figures that are none', (state) => {
    const values = [
      '1e400',
      '-0',
      '1e300',
      '8640000000000001',
      '-5',
      'null',
      '[]',
      '{}',
      'true',
      '"\\ud800"',
      '"\\u0000\\n"',
    ];
    const fields = [
      'totalTokens',
      'contextTokens',
      'updatedAt',
      'lastActivityAt',
      'sessionStartedAt',
      'status',
      'chatType',
      'model',
    ];
    const entries = values.map(
      (value, at) => `"agent:bad:${at}\\u202e\\n":{${fields.map((name) => `"${name}":${value}`).join()}}`,
    );
    state.writeIndex(
      'bad',
      [...entries, '"__proto__":{"sessionId":"p"}', '"constructor":{}', '"":{}', '"\\ud800":{}'].join(),
    );
  }),
  statements(
    '10 MB in every text of a session',
    `UPDATE session_nodes SET status = ${LARGE}`,
    `UPDATE session_windows SET model = ${LARGE}, account_id = ${LARGE}, primary_conversation_id = ${LARGE}`,
    `INSERT OR REPLACE INTO transcript_rewrite_watermarks SELECT session_id, ${LARGE}, 1 FROM session_windows`,
    `INSERT INTO session_pending_inputs (input_id, session_key, session_id, message_json, state, accepted_at)
      VALUES ('x', ${LARGE}, 'x', '{}', ${LARGE}, 1)`,
  ),
  ...['session_nodes.session_key', 'session_nodes.current_session_id', 'transcript_events.session_id'].map((column) => {
    const [table, name] = column.split('.');
    return statements(`10 MB in the place of ${column}`, `UPDATE ${table} SET ${name} = ${LARGE} || rowid`);
  }),
  statements(
    'events with 10 MB in the place of a type',
    `UPDATE transcript_event_identities SET event_type = ${LARGE}`,
  ),
  statements('an entry of 20 MB', `UPDATE session_nodes SET entry_json = '{"model":"' || ${LARGE} || ${LARGE} || '"}'`),
  statements(
    '20,000 windows of one key that began together',
    rows(
      20_000,
      'session_windows (session_id, session_key, created_at, updated_at)',
      `'window-' || n, '${KEY}', n % 5000, n`,
    ),
  ),
  statements(
    '3,000 sessions, and 20,000 conversations without a key',
    'DROP INDEX idx_agent_conversations_identity',
    ...recreated('conversations', 'conversation_id, channel, peer_id, thread_id', 'SELECT 1, 2, 3, 4'),
    ...sessionRows(3000),
    rows(20_000, 'conversations', "'other-' || n, 'telegram', n, NULL"),
  ),
  statements(
    '3,000 sessions, and windows without an index of their keys',
    'DROP INDEX idx_agent_session_windows_session_key',
    ...sessionRows(3000),
  ),
  statements(
    'events in no order of their transcripts',
    ...recreated(
      'transcript_events',
      'session_id, other, seq, event_json, created_at, event_zstd, event_utf8_bytes, PRIMARY KEY (session_id, other, seq)',
      'SELECT session_id, seq, seq, event_json, created_at, event_zstd, event_utf8_bytes',
    ),
  ),
  statements(
    'a hundred thousand events of one transcript',
    rows(100_000, 'transcript_events (session_id, seq, event_json, created_at)', "'bad-0', n + 10, '{}', 1"),
    rows(
      100_000,
      'transcript_event_identities (session_id, event_id, seq, event_type, created_at)',
      "'bad-0', n, n + 10, 'message', 1",
    ),
  ),
  statements(
    'a hundred thousand events of transcripts that no session has',
    ...sessionRows(100),
    rows(100_000, 'transcript_events (session_id, seq, event_json, created_at)', "'nobody-' || n, 1, '{}', 1"),
  ),
  ...OPTIONAL.flatMap((table) => [
    statements(
      `a view without end in the place of ${table}`,
      `DROP TABLE ${table}`,
      `CREATE VIEW ${table} AS WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)
        SELECT ${OPTIONAL_COLUMNS.map((column) => `x AS ${column}`).join()} FROM c`,
    ),
    statements(
      `a virtual table in the place of ${table}`,
      `DROP TABLE ${table}`,
      `CREATE VIRTUAL TABLE ${table} USING fts5(${OPTIONAL_COLUMNS.join()})`,
    ),
  ]),
  statements('a table called pragma_table_info', 'CREATE TABLE pragma_table_info (name, pk)'),
  statements(
    'a view without end that is called pragma_table_info',
    `CREATE VIEW pragma_table_info AS WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)
      SELECT x AS name, 1 AS pk FROM c`,
  ),
  schema('a schema of rubbish', "UPDATE sqlite_schema SET sql = 'CREATE TABLE (((' WHERE name = 'session_windows'"),
  schema(
    'a schema that is no text',
    "UPDATE sqlite_schema SET sql = x'ff00fe', type = 5 WHERE name = 'session_windows'",
  ),
  schema(
    'a schema of 10 MB',
    `UPDATE sqlite_schema SET sql = 'CREATE TABLE session_windows (a /*' || ${LARGE} || '*/)' WHERE name = 'session_windows'`,
  ),
  schema(
    'a schema of 20,000 tables',
    rows(20_000, 'sqlite_schema', "'table', 'more' || n, 'more' || n, 2, 'CREATE TABLE more' || n || ' (a, b, c)'"),
  ),
  schema(
    'tables that lie in one place',
    `UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'transcript_events')
      WHERE name IN ('session_nodes', 'session_windows', 'sqlite_autoindex_session_nodes_1')`,
  ),
  schema(
    'a collation that nobody knows',
    `UPDATE sqlite_schema SET sql = replace(sql, 'session_key TEXT', 'session_key TEXT COLLATE nobody')
      WHERE name = 'session_nodes'`,
  ),
  schema(
    'a function that nobody knows',
    `UPDATE sqlite_schema SET sql = 'CREATE INDEX idx_agent_session_nodes_current_session_id ON session_nodes (nobody(status))'
      WHERE name = 'idx_agent_session_nodes_current_session_id'`,
  ),
  pages('a page of a table that is its own child', [], (all) => childOfItself(all, all.rootOf('transcript_events'))),
  pages('a page of the schema that is its own child', [], (all) => childOfItself(all, 0, 100)),
  pages(
    'an event that has no end',
    [`UPDATE transcript_events SET event_json = ${LARGE}, event_zstd = NULL WHERE session_id = 'bad-0' AND seq = 2`],
    ({ bytes, size }) => {
      // Each page of what does not fit into one names itself as the next.
      for (let start = size; start < bytes.length; start += size)
        if (bytes.subarray(start + 4, start + 204).every((byte) => byte === 0x30))
          bytes.writeUInt32BE(start / size + 1, start);
    },
  ),
  pages(
    'free pages without end',
    ['CREATE TABLE free (a)', 'INSERT INTO free VALUES (zeroblob(2000000))', 'DROP TABLE free'],
    ({ bytes, size }) => {
      const first = bytes.readUInt32BE(32);
      bytes.writeUInt32BE(first, (first - 1) * size);
      bytes.writeUInt32BE(0xff_ff_ff_ff, 36);
    },
  ),
  ...['page_size = 512', 'page_size = 65536', "encoding = 'UTF-16le'", "encoding = 'UTF-16be'"].map((setting) =>
    rewritten(`a database with ${setting}`, setting),
  ),
  database('a database that two agents have by a hard link', (path, state) => {
    rmSync(path);
    linkSync(state.databasePath('main'), path);
  }),
  database('a database of a terabyte that takes no room', (path) => truncateSync(path, TERABYTE)),
  database('a WAL of a terabyte that takes no room', (path) => {
    writeFileSync(`${path}-wal`, '');
    truncateSync(`${path}-wal`, TERABYTE);
  }),
  ...[-2_208_988_800, 9_223_372_036, 253_402_300_799, 9e12, -9e12].flatMap((seconds) => [
    database(`a database that was written ${seconds} seconds after 1970`, (path) => utimesSync(path, seconds, seconds)),
    files(`an index and a transcript that were written ${seconds} seconds after 1970`, (state) => {
      const lock = putFile(`${state.indexPath('bad')}.lock`, '{}');
      for (const path of [state.indexPath('bad'), state.transcriptPath(KEY), lock]) utimesSync(path, seconds, seconds);
    }),
  ]),
  files('index and transcripts that two agents have by hard links', (state) => {
    rmSync(state.indexPath('bad'));
    linkSync(state.indexPath('main'), state.indexPath('bad'));
    linkSync(state.transcriptPath(HEALTHY), join(state.folder('bad'), 'main-0.jsonl'));
  }),
  files('an entry of 40 MB in one field', (state) => {
    state.writeIndex('bad', `"agent:bad:x": {"other": "${'x'.repeat(40 * MIB)}"}`);
  }),
  files('120 keys of 1 MB each', (state) => {
    const keys = Array.from({ length: 120 }, (_, at) => `"agent:bad:${at}${'x'.repeat(MIB)}":{}`);
    putFile(state.indexPath('bad'), `{${keys.join()}}`);
  }),
  files('entries with 1 MB in each field that is used', (state) => {
    const entry = `{"sessionFile":[${'[],'.repeat(MIB / 3)}0],"model":"${'x'.repeat(MIB - 10)}"}`;
    state.writeIndex('bad', Array.from({ length: 20 }, (_, at) => `"agent:bad:${at}":${entry}`).join());
  }),
  record('a line of 60 MB', () => 'x'.repeat(60 * MIB)),
  files('a transcript of a terabyte that takes no room', (state) => truncateSync(state.transcriptPath(KEY), TERABYTE)),
  files('a transcript of no session of a terabyte', (state) => {
    truncateSync(putFile(join(state.folder('bad'), 'other.jsonl'), ''), TERABYTE);
  }),
  files('20,000 files with names of 255 bytes', (state) => {
    for (let at = 0; at < 20_000; at += 1)
      writeFileSync(join(state.folder('bad'), `${String(at).padStart(249, 'x')}.jsonl`), '');
  }),
  files('names with newlines, names that are no UTF-8, names of controls and marks', (state) => {
    const folder = state.folder('bad');
    for (const name of ['a\nb.jsonl', ' ', '\u202e.jsonl', '\u0007.lock', '"<b>.jsonl', 'x'.repeat(255)])
      writeFileSync(join(folder, name), '');
    for (const byte of [0xfe, 0xff]) writeFileSync(Buffer.from([...Buffer.from(`${folder}/`), byte, 0x80]), '');
    for (const name of ['a\nb', '\u202e', '"<b>', 'x'.repeat(255)])
      putFile(join(state.dir, 'agents', name, 'sessions', 'sessions.json'), '{}');
    mkdirSync(Buffer.from([...Buffer.from(join(state.dir, 'agents/')), 0xff, 0x61]));
  }),
  files('links that lead back to where they lie', (state) => {
    const folder = state.folder('bad');
    for (const [name, target] of [
      ['up', '..'],
      ['all', state.dir],
      ['same', folder],
    ] as const)
      symlinkSync(target, join(folder, name));
    symlinkSync(join(state.dir, 'agents'), join(state.dir, 'agents', 'again'));
  }),
  files('folders as deep as a path can be', (state) => {
    mkdirSync(join(state.folder('bad'), 'x/'.repeat((4000 - state.folder('bad').length) / 2)), { recursive: true });
  }),
  files('a folder in the place of the index', (state) => {
    rmSync(state.indexPath('bad'));
    mkdirSync(state.indexPath('bad'));
  }),
  files('folders in the place of the registry', ({ dir }) => {
    for (const name of ['openclaw.sqlite', 'openclaw-quarantine.sqlite'])
      mkdirSync(join(dir, 'state', name), { recursive: true });
  }),
  files('a loop of links in the place of the sessions', (state) => {
    rmSync(state.folder('bad'), { recursive: true });
    symlinkSync(state.folder('bad'), state.folder('bad'));
  }),
  files('a config that includes the same file again and again', ({ dir }) => {
    // Each includes the next one a hundred times.
    for (const at of [1, 2, 3, 4, 5])
      putFile(join(dir, `${at}.json`), JSON.stringify({ $include: Array(100).fill(`./${at + 1}.json`) }));
    putFile(join(dir, '6.json'), '{"ui":{}}');
    putFile(join(dir, 'openclaw.json'), '{"$include":"./1.json"}');
  }),
  config('a config of 4 MB of JSON5', () => `{a:[${'1,'.repeat(400_000)}"${' '.repeat(3 * MIB)}"]}`),
  config('a config of 15 MB of []', () => `{"a":[${'[],'.repeat(5 * MIB)}0]}`),
  config('a config of 100 MB', () => `{"a":"${' '.repeat(100 * MIB)}"}`),
  database('20,000 rows of a registry', (_path, { dir }) => {
    using open = new DatabaseSync(join(dir, 'state', 'openclaw.sqlite'));
    open.exec(`INSERT INTO agent_databases (agent_id, path, schema_version, last_seen_at)
      WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 20000)
      SELECT 'ghost-' || n, 'agents/ghost-' || n || '/agent/openclaw-agent.sqlite', 23, 0 FROM s`);
  }),
  statements(
    'twenty thousand rows in each table',
    ...sessionRows(20_000),
    rows(20_000, 'conversations', "'conversation-' || n, 'telegram', 'a', 'direct', n, n, NULL, NULL, NULL, n, n"),
    rows(20_000, 'session_conversations', "'row-' || n, 'conversation-' || n, 'primary', '{}', n, n"),
    rows(20_000, 'transcript_rewrite_watermarks', "'row-' || n, n, n"),
    rows(
      20_000,
      'session_transcript_archives (session_id, generation, session_key, reason, encoding, archive_blob, archive_name, created_at, published_at)',
      "'row-' || n, n, n, 'reset', 'zstd', x'', n, n, n",
    ),
    rows(20_000, 'session_transcript_cold_archives', "'cold-' || n, n, n, 1, 1, 1, 1, 1, 'file'"),
    rows(20_000, 'schema_meta', "n, 'agent', 23, 'bad', n, n, n"),
  ),
  statements(
    '300,000 windows of one key',
    rows(
      300_000,
      'session_windows (session_id, session_key, created_at, updated_at)',
      `'window-' || n, '${KEY}', n * 7, n`,
    ),
  ),
  statements(
    '100,000 windows of one id',
    ...recreated(
      'session_windows',
      'session_id, other INTEGER, session_key, created_at, previous_session_id, PRIMARY KEY (session_id, other)',
      'SELECT session_id, 1, session_key, created_at, previous_session_id',
    ),
    rows(100_000, 'session_windows', `'bad-0', n + 1, '${KEY}', n, NULL`),
  ),
  statements(
    'ids that are all one number',
    ...recreated(
      'transcript_events',
      'session_id NUMERIC, seq, event_json, PRIMARY KEY (session_id, seq)',
      'SELECT session_id, seq, event_json',
    ),
    rows(100_000, 'transcript_events', "1, n, '{}'"),
    rows(
      200,
      'session_nodes (session_key, current_session_id, entry_json, updated_at)',
      "'agent:bad:telegram:direct:' || n, printf('%0*d', n, 1), '{}', n",
    ),
  ),
  statements(
    'ids that are all one word without letter case',
    ...recreated(
      'transcript_events',
      'session_id COLLATE NOCASE, seq, event_json, PRIMARY KEY (session_id, seq)',
      'SELECT session_id, seq, event_json',
    ),
    rows(100_000, 'transcript_events', "'aaaaaaaa', n, '{}'"),
    rows(
      250,
      'session_nodes (session_key, current_session_id, entry_json, updated_at)',
      `'agent:bad:telegram:direct:' || n, ${Array.from({ length: 8 }, (_, bit) => `CASE WHEN n & ${2 ** bit} THEN 'a' ELSE 'A' END`).join(' || ')}, '{}', n`,
    ),
  ),
  statements(
    'keys and ids that are no text, no UTF-8, or end early',
    "INSERT INTO session_nodes (session_key, current_session_id, entry_json, updated_at) VALUES (CAST(x'6167656e743a6261643a00ff' AS TEXT), CAST(x'00' AS TEXT), '{}', 1)",
    "INSERT INTO session_nodes (session_key, current_session_id, entry_json, updated_at) VALUES ('agent:bad:' || char(0) || 'x', '../../main/sessions/main-0', '{}', 1)",
    "INSERT INTO session_nodes (session_key, current_session_id, entry_json, updated_at) VALUES (CAST(x'eda080' AS TEXT), CAST(x'eda080' AS TEXT), CAST(x'7b22ff223a317d' AS TEXT), 1)",
    "INSERT INTO session_nodes (session_key, current_session_id, entry_json, updated_at) VALUES ('__proto__', '__proto__', '{\"__proto__\":{\"sessionId\":1}}', 1)",
  ),
  statements(
    'numbers of events that are none',
    ...recreated(
      'transcript_events',
      'session_id, seq, event_json, PRIMARY KEY (session_id, seq)',
      'SELECT session_id, seq, event_json',
    ),
    ...["'x'", "x'00'", '1e400', '-1e400', "''", 'NULL', '1.5', '9223372036854775807', '-9223372036854775808'].map(
      (seq) => `INSERT INTO transcript_events VALUES ('bad-0', ${seq}, '{}')`,
    ),
  ),
  statements(
    'numbers of events above 2^53',
    rows(
      500,
      'transcript_events (session_id, seq, event_json, created_at)',
      "'bad-0', 1152921504606846976 + n, '\"' || printf('%0*d', 100000, n) || '\"', n",
    ),
  ),
  statements(
    '40,000 windows of 10,000 sessions without an index of their keys',
    'DROP INDEX idx_agent_session_windows_session_key',
    ...sessionRows(10_000),
    ...[1, 2, 3].map((at) =>
      rows(
        10_000,
        'session_windows (session_id, session_key, created_at, updated_at)',
        `'more-${at}-' || n, 'agent:bad:telegram:direct:' || n, n * 20000 + ${at}, n`,
      ),
    ),
  ),
  statements(
    'a table of 2,000 columns',
    `CREATE TABLE copy (session_key TEXT PRIMARY KEY, current_session_id, entry_json, ${Array.from({ length: 1997 }, (_, at) => `c${at} DEFAULT ${at}`)})`,
    'INSERT INTO copy (session_key, current_session_id, entry_json) SELECT session_key, current_session_id, entry_json FROM session_nodes',
    'DROP TABLE session_nodes',
    'ALTER TABLE copy RENAME TO session_nodes',
  ),
  ...['hex(zeroblob(200000000))', "json_extract('x', '$')", 'abs(-9223372036854775808)'].flatMap((expression) =>
    ['STORED', 'VIRTUAL'].map((kind) =>
      schema(
        `a column that is made of ${expression}, ${kind}`,
        `UPDATE sqlite_schema SET sql = replace(sql, 'status TEXT,', 'status TEXT GENERATED ALWAYS AS (${expression.replaceAll("'", "''")}) ${kind},')
          WHERE name IN ('session_nodes', 'session_windows')`,
      ),
    ),
  ),
  schema(
    'triggers, checks, defaults and indexes of functions that nobody knows',
    "INSERT INTO sqlite_schema VALUES ('trigger', 't', 'session_nodes', 0, 'CREATE TRIGGER t AFTER INSERT ON session_nodes BEGIN SELECT nobody(1); END')",
    "UPDATE sqlite_schema SET sql = replace(sql, 'updated_at INTEGER NOT NULL', 'updated_at INTEGER NOT NULL DEFAULT (nobody(1)) CHECK (nobody(1))') WHERE type = 'table'",
    "UPDATE sqlite_schema SET sql = replace(sql, '(session_key, updated_at', '(session_key, nobody(updated_at)') WHERE name = 'idx_agent_session_windows_session_key'",
    "UPDATE sqlite_schema SET sql = sql || ' WHERE nobody(updated_at)' WHERE name = 'idx_agent_session_nodes_updated_at'",
  ),
  schema(
    'an index that lies in the place of a table',
    "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'transcript_events') WHERE name = 'idx_agent_session_windows_session_key'",
  ),
  schema(
    'an index of other columns than it says',
    "UPDATE sqlite_schema SET sql = 'CREATE INDEX idx_agent_session_windows_session_key ON session_windows (session_key, session_id, created_at DESC)' WHERE name = 'idx_agent_session_windows_session_key'",
  ),
  schema('pages that are not there', "UPDATE sqlite_schema SET rootpage = 2147483647 WHERE name LIKE 'session%'"),
  ...[2_147_483_647, -2_147_483_648].map((version) =>
    statements(`schema ${version}`, `PRAGMA user_version = ${version}`),
  ),
  ...['', '-wal', '-shm', '-journal'].flatMap((suffix) => [
    database(`a socket in the place of the database${suffix}`, (path) => {
      rmSync(`${path}${suffix}`, { force: true });
      createServer().listen(`${path}${suffix}`).unref();
    }),
    database(`a FIFO in the place of the database${suffix}`, (path) => {
      rmSync(`${path}${suffix}`, { force: true });
      execFileSync('mkfifo', [`${path}${suffix}`]);
    }),
  ]),
  database('a hot journal with a header and rubbish', (path) => {
    const journal = Buffer.alloc(64 * 1024, 'rubbish');
    Buffer.from('d9d505f920a163d7ffffffff', 'hex').copy(journal);
    for (const [at, value] of [
      [16, 3],
      [20, 512],
      [24, 4096],
    ] as const)
      journal.writeUInt32BE(value, at);
    writeFileSync(`${path}-journal`, journal);
  }),
  killed('a WAL and no -shm', (log) => ({ log, shm: null })),
  killed('a WAL and an -shm of garbage', (log) => ({ log, shm: Buffer.alloc(32_768, 'garbage') })),
  killed('a WAL and an -shm of one byte', (log) => ({ log, shm: Buffer.alloc(1) })),
  ...[0, 1, 0xff].map((byte) =>
    killed(`a WAL and an -shm whose tables are full of ${byte}`, (log, shm) => ({
      log,
      shm: Buffer.concat([shm.subarray(0, 136), Buffer.alloc(32_632, byte)]),
    })),
  ),
  database('an -shm of a terabyte and no WAL', (path) => {
    writeFileSync(`${path}-shm`, '');
    truncateSync(`${path}-shm`, TERABYTE);
  }),
  ...[
    ["UPDATE agent_databases SET path = 'agents/main/agent/openclaw-agent.sqlite'", 'the database of another agent'],
    ["UPDATE agent_databases SET path = '/dev/zero'", 'a device'],
    [`UPDATE agent_databases SET path = ${LARGE}`, 'a path of 10 MB'],
    ["UPDATE agent_databases SET path = 'agents/bad/' || char(0) || '/x'", 'a path that ends early'],
    [`UPDATE agent_databases SET agent_id = ${LARGE}`, 'an agent of 10 MB'],
    ["UPDATE agent_databases SET agent_id = '__proto__'", 'no agent'],
  ].map(([statement = '', what]) =>
    registry(
      `a registry that names ${what}`,
      "INSERT INTO agent_databases (agent_id, path, schema_version, last_seen_at) VALUES ('bad', 'x', 23, 0), ('ghost', 'y', 23, 0)",
      statement.replace('agent_databases SET', 'OR IGNORE agent_databases SET'),
    ),
  ),
  registry(
    'a registry of a gigabyte in 100 rows',
    rows(
      100,
      'agent_databases (agent_id, path, schema_version, last_seen_at)',
      "'ghost-' || n, hex(zeroblob(5000000)), 23, 0",
    ),
  ),
  registry(
    'a view without end in the place of the registry',
    'DROP TABLE agent_databases',
    `CREATE VIEW agent_databases AS WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)
      SELECT x AS agent_id, x AS path, 23 AS schema_version FROM c`,
  ),
  registry(
    'a registry without keys',
    'DROP TABLE agent_databases',
    'CREATE TABLE agent_databases (agent_id, path, schema_version, last_seen_at)',
    rows(500_000, 'agent_databases', "'ghost', hex(zeroblob(100)) || n, 23, 0"),
  ),
  files('ids and paths of transcripts that lead elsewhere', (state) => {
    const places = [
      '/dev/zero',
      '/proc/self/mem',
      '/proc/kmsg',
      '..',
      '.',
      '/',
      '\0',
      `${'x'.repeat(5000)}`,
      '../../main',
    ];
    const entries = [...places, join(state.dir, 'openclaw.json')].flatMap((place, at) => [
      [`agent:bad:file:${at}`, { sessionId: `f${at}`, sessionFile: place }],
      [`agent:bad:id:${at}`, { sessionId: place }],
      [`agent:bad:path:${at}`, { sessionId: `p${at}`, transcriptPath: place }],
    ]);
    putFile(state.indexPath('bad'), JSON.stringify(Object.fromEntries(entries)));
  }),
  files('900 keys of 8,000 colons', (state) => {
    const keys = Array.from({ length: 900 }, (_, at) => `"agent:bad:${at}${':'.repeat(8000)}":{}`);
    putFile(state.indexPath('bad'), `{${keys.join()}}`);
  }),
  files('one key 500,000 times', (state) => {
    putFile(state.indexPath('bad'), `{${Array.from({ length: 500_000 }, () => `"${KEY}":{}`).join()}}`);
  }),
  record('20 MB of empty lines', () => '\n'.repeat(20 * MIB)),
  record('two million records of two bytes', () => '{}\n'.repeat(2_000_000)),
  files('FIFOs and sockets in the place of index, lock and transcript', (state) => {
    const [transcript, index] = [state.transcriptPath(KEY), state.indexPath('bad')];
    for (const path of [transcript, `${index}.lock`]) {
      rmSync(path, { force: true });
      execFileSync('mkfifo', [path]);
    }
    createServer()
      .listen(join(state.folder('bad'), 'x.jsonl'))
      .unref();
    rmSync(index);
    createServer().listen(index).unref();
  }),
  config('a config of 100,000 agents', () =>
    JSON.stringify({ agents: { list: [{ id: 'main' }, { id: 'bad' }, ...numbered(100_000, (id) => ({ id }))] } }),
  ),
  config('a config of 20,000 bindings, channels, models and links', () =>
    JSON.stringify({
      agents: {
        list: [{ id: 'main' }, { id: 'bad' }],
        defaults: { models: Object.fromEntries(numbered(20_000, (id) => [`p/${id}`, { alias: id }])) },
      },
      bindings: numbered(20_000, (id) => ({
        agentId: 'bad',
        match: { channel: 'telegram', peer: { kind: 'direct', id } },
      })),
      channels: Object.fromEntries(numbered(20_000, (id) => [id, { accounts: { [id]: {} } }])),
      session: { identityLinks: Object.fromEntries(numbered(20_000, (id) => [id, [`telegram:${id}`]])) },
    }),
  ),
  ...['/proc', '/', '/dev', '\0', '..', '~root'].map((agentDir) =>
    config(`a config with the agentDir ${JSON.stringify(agentDir)}`, () =>
      JSON.stringify({ agents: { list: [{ id: 'main' }, { id: 'bad', agentDir }] } }),
    ),
  ),
  ...['__proto__', 'constructor', '..', '/', '\0', 'x'.repeat(MIB)].map((id) =>
    config(
      `a config with the agent ${JSON.stringify(id.slice(0, 20))}`,
      () => `{"agents":{"list":[{"id":"main"},{"id":"bad"},{"id":${JSON.stringify(id)}}]},"__proto__":{"agents":5}}`,
    ),
  ),
  config('a config nested 100,000 deep', () => `{"agents":${'{"list":['.repeat(50_000)}${']}'.repeat(50_000)}}`),
  ...['/dev/zero', '/proc/self/mem', '.', '/', './openclaw.json', 'fifo', '\0'].map((include) =>
    files(`a config that includes ${JSON.stringify(include)}`, ({ dir }) => {
      execFileSync('mkfifo', [join(dir, 'fifo')]);
      putFile(
        join(dir, 'openclaw.json'),
        JSON.stringify({ $include: include, agents: { list: [{ id: 'main' }, { id: 'bad' }] } }),
      );
    }),
  ),
  files('a FIFO in the place of the config', ({ dir }) => {
    rmSync(join(dir, 'openclaw.json'));
    execFileSync('mkfifo', [join(dir, 'openclaw.json')]);
  }),
  files('a socket in the place of the config', ({ dir }) => {
    rmSync(join(dir, 'openclaw.json'));
    createServer().listen(join(dir, 'openclaw.json')).unref();
  }),
];

/** As text, 300 MB. */
const HUGE = 'hex(zeroblob(150000000))';

/** Stores in which one thing is so large, or so much, that it must not stand in memory, nor be read again and again. */
export const LARGE_STORES: readonly HostileStore[] = [
  statements('a status of 300 MB', `UPDATE session_nodes SET status = ${HUGE}`),
  statements('an entry of 300 MB', `UPDATE session_nodes SET entry_json = '{"model":"' || ${HUGE} || '"}'`),
  statements(
    'texts of 300 MB of a window, its rewrites and its messages',
    `UPDATE session_windows SET model = ${HUGE}`,
    `INSERT OR REPLACE INTO transcript_rewrite_watermarks SELECT session_id, ${HUGE}, 1 FROM session_windows`,
    `INSERT INTO session_pending_inputs (input_id, session_key, session_id, message_json, state, accepted_at)
      VALUES ('x', ${HUGE}, 'x', '{}', 'queued', 1)`,
  ),
  statements('an event of 300 MB', `UPDATE transcript_events SET event_json = ${HUGE} WHERE seq = 2`),
  schema(
    'a schema of 300 MB',
    `UPDATE sqlite_schema SET sql = 'CREATE TABLE session_windows (a /*' || ${HUGE} || '*/)' WHERE name = 'session_windows'`,
  ),
  statements(
    'a million events of one transcript',
    rows(1_000_000, 'transcript_events (session_id, seq, event_json, created_at)', "'bad-0', n + 10, '{}', 1"),
    rows(
      1_000_000,
      'transcript_event_identities (session_id, event_id, seq, event_type, created_at)',
      "'bad-0', n, n + 10, 'message', 1",
    ),
  ),
  statements(
    'a million messages that wait, of a million sessions',
    rows(
      1_000_000,
      'session_pending_inputs (input_id, session_key, session_id, message_json, state, accepted_at)',
      "n, 'agent:bad:' || n, n, '{}', 'queued', n",
    ),
  ),
  files('100,000 files in one folder', (state) => {
    for (let at = 0; at < 100_000; at += 1) writeFileSync(join(state.folder('bad'), `${at}.jsonl`), '');
  }),
  record('a line of 300 MB', () => 'x'.repeat(300 * MIB)),
  files('an entry of 200 MB', (state) => {
    state.writeIndex('bad', `"agent:bad:x": {"other": "${'x'.repeat(200 * MIB)}"}`);
  }),
  files('200 MB of keys and of fields that are used', (state) => {
    const entries = Array.from({ length: 100 }, (_, at) => {
      const text = `${at}${'x'.repeat(MIB - 10)}`;
      return `"agent:bad:${text}":{"model":"${text}"}`;
    });
    putFile(state.indexPath('bad'), `{${entries.join()}}`);
  }),
  files('a transcript of a terabyte that takes no room', (state) => truncateSync(state.transcriptPath(KEY), TERABYTE)),
];
