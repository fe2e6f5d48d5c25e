import { describe, expect, it } from 'vitest';
import { BEFORE_ALL_ROWS } from '../../../src/read/sqlite/events.ts';
import { readFigures } from '../../../src/read/sqlite/figures.ts';
import { readMarks, readNodes } from '../../../src/read/sqlite/nodes.ts';
import { databaseSchema } from '../../../src/read/sqlite/schema.ts';
import { agentDatabase } from '../../support/agent-database.ts';
import { storedSession } from '../../support/sessions.ts';

const NO_SESSION_TABLES = ['session_nodes', 'session_windows', 'transcript_events'].map(
  (table) => `DROP TABLE ${table}`,
);
/** As 2026.7.2-beta.1 to beta.4 have it. */
const SESSION_ENTRIES =
  'CREATE TABLE session_entries (session_key TEXT NOT NULL PRIMARY KEY, entry_json TEXT NOT NULL)';

function setMeta(value: string): string {
  return `UPDATE schema_meta SET ${value}`;
}

function dropColumn(table: string, column: string): string {
  return `ALTER TABLE ${table} DROP COLUMN ${column}`;
}

describe('databaseSchema', () => {
  it.each([
    [19, '2026.8.1'],
    [21, '2026.9.5'],
    [23, '2026.9.6'],
  ] as const)('reads schema %d, that of %s', (schema, appVersion) => {
    const found = databaseSchema(agentDatabase({ schema }), 'ops');
    expect(found).toMatchObject({ version: schema, appVersion, sessions: 'readable' });
  });

  it.each([
    ['transcript_events', 'event_json', [19, 21, 23]],
    ['transcript_events', 'event_zstd', [23]],
    ['transcript_events', 'event_utf8_bytes', [23]],
    ['session_transcript_cold_archives', 'raw_bytes', [21, 23]],
    ['session_nodes', 'no_such_column', []],
    // In the file, and none of the tables that are read.
    ['auth_profile_store' as 'session_nodes', 'store_json', []],
  ] as const)('knows which schemas have %s.%s', (table, column, schemas) => {
    const having = ([19, 21, 23] as const).filter((schema) =>
      databaseSchema(agentDatabase({ schema }), 'ops').has(table, column),
    );
    expect(having).toEqual(schemas);
  });

  it.each<[what: string, verdict: string, damage: string[]]>([
    ['a newer version with all that is needed', 'readable', ['PRAGMA user_version = 99']],
    [
      'the last beta, which certifies no entry',
      'readable',
      ['PRAGMA user_version = 16', dropColumn('session_nodes', 'entry_valid')],
    ],
    [
      'none of the tables that some version lacks',
      'readable',
      [
        'DROP TABLE transcript_rewrite_watermarks',
        'DROP TABLE session_transcript_archives',
        'DROP TABLE session_transcript_cold_archives',
        'DROP TABLE session_pending_inputs',
      ],
    ],
    ['nothing that says whose it is', 'readable', ['DROP TABLE schema_meta']],
    ['no row that says whose it is', 'readable', ['DELETE FROM schema_meta']],
    ['no agent', 'readable', [setMeta('agent_id = NULL')]],
    ['the same agent as another text', 'readable', [setMeta("agent_id = ' OPS '")]],
    ['another agent', 'mismatch', [setMeta("agent_id = 'kin'")]],
    ['another role', 'mismatch', [setMeta("role = 'global'")]],
    [
      'another agent and tables that are missing',
      'mismatch',
      [setMeta("agent_id = 'kin'"), 'DROP TABLE session_windows'],
    ],
    // It could have rows without end.
    [
      'a view in the place of the table that says whose it is',
      'readable',
      [
        'DROP TABLE schema_meta',
        "CREATE VIEW schema_meta AS SELECT 'primary' AS meta_key, 'agent' AS role, 'kin' AS agent_id",
      ],
    ],
    ['a column that hides the number of a row', 'unsupported', ['ALTER TABLE session_nodes ADD COLUMN rowid TEXT']],
    [
      'events without the numbers of rows',
      'unsupported',
      [
        'DROP TABLE transcript_events',
        'CREATE TABLE transcript_events (session_id TEXT, seq INTEGER, event_json, PRIMARY KEY (session_id, seq)) WITHOUT ROWID',
      ],
    ],
    ['no nodes', 'unsupported', ['DROP TABLE session_nodes']],
    ['no windows', 'unsupported', ['DROP TABLE session_windows']],
    ['no events', 'unsupported', ['DROP TABLE transcript_events']],
    ['no identities', 'unsupported', ['DROP TABLE transcript_event_identities']],
    ['no entries', 'unsupported', [dropColumn('session_nodes', 'entry_json')]],
    ['no texts of events', 'unsupported', [dropColumn('transcript_events', 'event_json')]],
    [
      'a newer version that lacks what is needed',
      'unsupported',
      ['PRAGMA user_version = 99', dropColumn('transcript_events', 'event_json')],
    ],
    [
      'events that are not in the order of their transcripts',
      'unsupported',
      [
        'DROP TABLE transcript_events',
        'CREATE TABLE transcript_events (session_id, other, seq, event_json, PRIMARY KEY (session_id, other, seq))',
      ],
    ],
    ...(['session_nodes', 'session_windows'] as const).flatMap((table) =>
      ['', 'INTEGER'].map((type): [string, string, string[]] => [
        `many rows for one key of ${table}, told apart by ${type || 'any value'}`,
        'unsupported',
        [
          `CREATE TABLE copy (session_key, session_id, current_session_id, entry_json, other ${type}, PRIMARY KEY (${
            table === 'session_nodes' ? 'session_key' : 'session_id'
          }, other))`,
          `DROP TABLE ${table}`,
          `ALTER TABLE copy RENAME TO ${table}`,
        ],
      ]),
    ),
    ...[
      ['session_id INTEGER, seq INTEGER', 'session_id, seq'],
      ['session_id NUMERIC, seq INTEGER', 'session_id, seq'],
      ['session_id TEXT COLLATE NOCASE, seq INTEGER', 'session_id, seq'],
      ['session_id COLLATE RTRIM, seq INTEGER', 'session_id, seq'],
      ['session_id COLLATE NOCASE, seq INTEGER', 'session_id COLLATE BINARY, seq'],
      ['session_id TEXT, seq INTEGER', 'session_id COLLATE NOCASE, seq'],
      ['session_id TEXT, seq TEXT', 'session_id, seq'],
    ].map(([columns, key]): [string, string, string[]] => [
      `events of ${columns} with the key ${key}`,
      'unsupported',
      ['DROP TABLE transcript_events', `CREATE TABLE transcript_events (${columns}, event_json, PRIMARY KEY (${key}))`],
    ]),
    [
      'another column that is compared without letter case',
      'readable',
      ['ALTER TABLE session_nodes ADD COLUMN nickname TEXT COLLATE NOCASE'],
    ],
    ['a column of such a name', 'readable', ['ALTER TABLE transcript_events ADD COLUMN collated_at INTEGER']],
    ['the tables of an early beta', 'unsupported', ['PRAGMA user_version = 4', ...NO_SESSION_TABLES, SESSION_ENTRIES]],
    ['only the tables of 2026.7', 'absent', ['PRAGMA user_version = 1', ...NO_SESSION_TABLES]],
    ['no session tables of another agent', 'absent', [setMeta("agent_id = 'kin'"), ...NO_SESSION_TABLES]],
  ])('with %s is %s', (_, verdict, damage) => {
    expect(databaseSchema(agentDatabase({}, ...damage), 'ops').sessions).toBe(verdict);
  });

  it('takes a table that a version may lack, and that has no key to look its rows up by, as not there', () => {
    const found = databaseSchema(
      agentDatabase({}, 'DROP TABLE conversations', 'CREATE TABLE conversations (conversation_id, channel)'),
      'ops',
    );
    expect(found).toMatchObject({ sessions: 'readable' });
    expect(found.has('conversations', 'channel')).toBe(false);
  });

  it('takes a virtual table as not there', () => {
    const found = databaseSchema(
      agentDatabase(
        {},
        'DROP TABLE session_pending_inputs',
        'CREATE VIRTUAL TABLE session_pending_inputs USING fts5(state)',
      ),
      'ops',
    );
    expect(found).toMatchObject({ sessions: 'readable' });
    expect(found.has('session_pending_inputs', 'state')).toBe(false);
  });

  it.each([
    ['schema_meta', 'meta_key'],
    ['schema_meta', 'app_version'],
    ['session_windows', 'session_key'],
    ['session_conversations', 'role'],
    ['session_conversations', 'last_seen_at'],
    ['session_transcript_cold_archives', 'archived_at'],
    ['session_transcript_archives', 'published_at'],
  ])('reads the sessions of a version that renamed %s.%s', (table, column) => {
    const sessions = [storedSession('agent:ops:x', 'x')];
    const database = agentDatabase({ sessions }, `ALTER TABLE ${table} RENAME COLUMN ${column} TO another`);
    const schema = databaseSchema(database, 'ops');
    expect(schema.sessions).toBe('readable');
    expect(readNodes(database, schema, BEFORE_ALL_ROWS, 9)).toMatchObject([{ key: 'agent:ops:x', sessionId: 'x' }]);
    expect(readMarks(database, schema, BEFORE_ALL_ROWS, 9)).toHaveLength(1);
    expect(readFigures(database, schema, null)).toMatchObject({ unpublishedArchive: false });
  });

  it.each([
    ['as OpenClaw makes it', true, []],
    ['of it alone', true, ['CREATE INDEX own ON session_windows (session_key)']],
    ['of it at another place', false, ['CREATE INDEX own ON session_windows (created_at, session_key)']],
    ['of a part of the rows', false, ['CREATE INDEX own ON session_windows (session_key) WHERE updated_at > 0']],
    ['without letter case', false, ['CREATE INDEX own ON session_windows (session_key COLLATE NOCASE)']],
    ['of what is made of it', false, ['CREATE INDEX own ON session_windows (lower(session_key))']],
    ['of none', false, ['SELECT 1']],
  ])('knows whether an index finds the windows of a key: %s', (_, isKnown, own) => {
    const dropped = own.length === 0 ? [] : ['DROP INDEX idx_agent_session_windows_session_key', ...own];
    expect(databaseSchema(agentDatabase({}, ...dropped), 'ops').hasIndexOfKeys).toBe(isKnown);
  });

  it('does not ask the program’s version for what the tables say', () => {
    const found = databaseSchema(agentDatabase({ version: '1999.1.1' }, 'PRAGMA user_version = 3'), 'ops');
    expect(found).toMatchObject({ version: 3, appVersion: '1999.1.1', sessions: 'readable' });
  });

  it('says nothing of a version that stands nowhere', () => {
    expect(databaseSchema(agentDatabase({}, setMeta('app_version = NULL')), 'ops').appVersion).toBeNull();
  });
});
