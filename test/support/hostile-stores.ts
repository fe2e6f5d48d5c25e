import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
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
