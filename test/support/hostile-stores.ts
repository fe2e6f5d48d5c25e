import { appendFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
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

function wal(name: string, change: (wal: Buffer) => Buffer): HostileStore {
  return database(name, (path) => {
    // A gateway that was killed: its WAL and its -shm stay.
    const open = new DatabaseSync(path);
    open.exec(
      'PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE more (a); INSERT INTO more VALUES (1)',
    );
    const [log, shm] = [readFileSync(`${path}-wal`), readFileSync(`${path}-shm`)];
    open.close();
    writeFileSync(`${path}-wal`, change(log));
    writeFileSync(`${path}-shm`, shm);
  });
}

function record(name: string, content: () => string): HostileStore {
  return files(name, (state) => appendFileSync(state.transcriptPath(KEY), `${content()}\n`));
}

function config(name: string, text: () => string): HostileStore {
  return files(name, ({ dir }) => void putFile(join(dir, 'openclaw.json'), text()));
}

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
];
