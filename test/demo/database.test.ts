import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { CREDENTIAL_CANARY, type DatabaseEvent, writeStateDatabase } from '../../demo/database.ts';
import { realSchemas, unpackStore } from '../support/stores.ts';
import { cleanups, KEY, openAt, root, rows, SESSION, write } from './written.ts';

const COLUMNS = `
  SELECT t.name AS tbl, c.name, c.type, c."notnull", c.dflt_value, c.pk
  FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'`;
const INDEXES = `
  SELECT t.tbl_name AS tbl, t.name, i."unique", i.partial, c.seqno, c.name AS col, c.desc
  FROM sqlite_schema t JOIN pragma_index_list(t.tbl_name) i ON i.name = t.name JOIN pragma_index_xinfo(t.name) c
  WHERE t.type = 'index' AND t.name NOT LIKE 'sqlite_%' AND c.key`;
const TABLES = `SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%'`;
const SETTINGS = `
  SELECT auto_vacuum, page_size, journal_mode, encoding, user_version
  FROM pragma_auto_vacuum, pragma_page_size, pragma_journal_mode, pragma_encoding, pragma_user_version`;
const META = "SELECT meta_key, role, schema_version, app_version FROM schema_meta WHERE meta_key = 'primary'";

/** `state`: the schema of the database that all agents share. */
const REAL = [
  { schema: 19, store: 'sqlite-2026.8.1', agent: 'harbor', state: 15 },
  { schema: 23, store: 'sqlite-2026.9.6', agent: 'main', state: 18 },
] as const;

it('is compared with a real store of each schema that there is', () => {
  const there = new Set(realSchemas().flatMap(({ schemas }) => schemas));
  const bad = [...there].filter((each) => !REAL.some(({ schema }) => schema === each));
  expect(bad, 'write these schemas in demo/database-schema.ts, and put their stores into REAL').toEqual([]);
});

describe.each(REAL)('schema $schema', ({ schema, store, agent, state }) => {
  const real = unpackStore(store);
  cleanups.push(real.cleanup);
  const version = real.facts.openclaw;
  const ofAgent = [
    openAt(write({ schema })),
    openAt(join(real.stateDir, `agents/${agent}/agent/openclaw-agent.sqlite`)),
  ] as const;
  const statePath = join(root, store, 'openclaw.sqlite');
  writeStateDatabase({ path: statePath, version, schema: state, agents: [] });
  const ofState = [openAt(statePath), openAt(join(real.stateDir, 'state/openclaw.sqlite'))] as const;

  it.each([
    { what: 'tables', sql: TABLES },
    { what: 'columns', sql: COLUMNS },
    { what: 'indexes', sql: INDEXES },
  ])('has only $what of the real databases', ({ sql }) => {
    for (const [ours, theirs] of [ofAgent, ofState]) {
      expect(rows(ours, sql).length + Number(sql === INDEXES)).toBeGreaterThan(0);
      expect(rows(theirs, sql)).toEqual(expect.arrayContaining(rows(ours, sql)));
    }
  });

  it.each([
    { what: 'settings', sql: SETTINGS },
    { what: 'version and role', sql: META },
  ])('has the same $what', ({ sql }) => {
    for (const [ours, theirs] of [ofAgent, ofState]) expect(rows(ours, sql)).toEqual(rows(theirs, sql));
  });

  it.each([
    'session_nodes',
    'session_windows',
    'conversations',
    'session_conversations',
    'transcript_events',
    'transcript_event_identities',
    'transcript_rewrite_watermarks',
    'session_transcript_archives',
    'session_pending_inputs',
    'auth_profile_store',
    ...(schema >= 20 ? ['session_transcript_cold_archives'] : []),
  ])('has %s', (table) => {
    expect(rows(ofAgent[0], TABLES)).toContainEqual({ name: table, strict: 1 });
  });
});

it('has plain events and cold archives in schema 21', () => {
  const database = openAt(write({ schema: 21 }));
  expect(rows(database, "SELECT name FROM pragma_table_info('transcript_events')").map(({ name }) => name)).toEqual([
    'session_id',
    'seq',
    'event_json',
    'created_at',
  ]);
  expect(rows(database, 'SELECT count(*) AS n FROM session_transcript_cold_archives')).toEqual([{ n: 0 }]);
  expect(rows(database, 'SELECT schema_version, app_version FROM schema_meta')).toEqual([
    { schema_version: 21, app_version: '2026.9.5' },
  ]);
});

describe('events', () => {
  const events: readonly DatabaseEvent[] = [
    { type: 'session', id: 'one', timestamp: '2026-11-24T12:00:00.000Z' },
    { type: 'message', id: 'm1', parentId: 'one', timestamp: '2026-11-24T12:00:01.000Z', text: 'Grüße '.repeat(500) },
    '{not json',
    Buffer.from([0x22, 0xff, 0x22]),
    { record: { type: 'compaction', id: 'c1', parentId: 'm1' }, stored: '{"type":"comp' },
    { type: 'message' },
  ];
  const texts = [
    JSON.stringify(events[0]),
    JSON.stringify(events[1]),
    '{not json',
    undefined,
    '{"type":"comp',
    '{"type":"message"}',
  ];

  it.each([19, 21, 23] as const)('are stored byte for byte in schema %i', (schema) => {
    const database = openAt(write({ schema, sessions: [{ ...SESSION, events }] }));
    const stored = rows(database, 'SELECT *, CAST(event_json AS BLOB) AS bytes FROM transcript_events ORDER BY seq');
    const bytes = stored.map(({ bytes: json, event_zstd: zstd }) => {
      if (zstd instanceof Uint8Array) return zstdDecompressSync(zstd);
      return json instanceof Uint8Array ? Buffer.from(json) : null;
    });
    expect(bytes).toEqual(texts.map((text) => Buffer.from(text ?? [0x22, 0xff, 0x22])));
    expect(stored.map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4, 5]);
    const start = Date.parse('2026-11-24T12:00:00Z');
    expect(stored.map(({ created_at }) => created_at)).toEqual([start, start + 1000, 1000, 1000, 1000, 1000]);
    if (schema === 23) {
      expect(stored.map(({ event_utf8_bytes: length }) => length)).toEqual(bytes.map((each) => each?.length));
      expect(stored.map(({ navigation_json: navigation }) => navigation !== null)).toEqual([
        false,
        true,
        false,
        false,
        false,
        false,
      ]);
    }
  });

  it('have an identity when they have an id, also when damaged', () => {
    const database = openAt(write({ sessions: [{ ...SESSION, events }] }));
    expect(rows(database, 'SELECT seq, event_id, event_type, parent_id FROM transcript_event_identities')).toEqual([
      { seq: 0, event_id: 'one', event_type: 'session', parent_id: null },
      { seq: 1, event_id: 'm1', event_type: 'message', parent_id: 'one' },
      { seq: 4, event_id: 'c1', event_type: 'compaction', parent_id: 'm1' },
    ]);
  });

  it.each([
    { bytes: 1023, packed: false },
    { bytes: 1024, packed: true },
    { bytes: 4 * 1024 * 1024, packed: true },
    { bytes: 4 * 1024 * 1024 + 1, packed: false },
  ])('of $bytes bytes: packed $packed', ({ bytes, packed }) => {
    const database = openAt(write({ sessions: [{ ...SESSION, events: ['x'.repeat(bytes)] }] }));
    expect(
      rows(
        database,
        'SELECT event_json IS NULL AS packed, event_zstd IS NULL AS plain, event_utf8_bytes FROM transcript_events',
      ),
    ).toEqual([{ packed: Number(packed), plain: Number(!packed), event_utf8_bytes: bytes }]);
  });

  it('are packed with a checksum, as real ones are', () => {
    const database = openAt(write({ sessions: [{ ...SESSION, events: ['x'.repeat(5000)] }] }));
    const [row] = rows(database, 'SELECT event_zstd FROM transcript_events');
    const frame = Buffer.from(row?.event_zstd instanceof Uint8Array ? row.event_zstd : []);
    const last = frame.length - 1;
    frame.writeUInt8(frame.readUInt8(last) ^ 1, last);
    expect(() => zstdDecompressSync(frame)).toThrow(/checksum/i);
  });
});

describe('rows', () => {
  it('keep entries as they are given', () => {
    const database = openAt(
      write({
        sessions: [
          SESSION,
          { ...SESSION, key: 'broken', sessionId: 'two', entry: '{broken', createdMs: null, status: 'done' },
          { ...SESSION, key: 'tomb', sessionId: 'three', entry: '{}', entryValid: -1, archivedMs: 9 },
        ],
      }),
    );
    const sql =
      'SELECT session_key, entry_json, entry_valid, created_at, updated_at, status, archived_at FROM session_nodes';
    expect(rows(database, sql).map((row) => Object.values(row))).toEqual([
      [KEY, '{"sessionId":"one","totalTokens":7}', 1, 1000, 5000, null, null],
      ['broken', '{broken', 0, null, 5000, 'done', null],
      ['tomb', '{}', -1, 1000, 5000, null, 9],
    ]);
  });

  it('of a session without window are its events', () => {
    const database = openAt(write({ sessions: [{ ...SESSION, window: null, events: ['{}'] }] }));
    expect(rows(database, 'SELECT * FROM session_windows')).toEqual([]);
    expect(rows(database, 'SELECT session_id FROM transcript_events')).toEqual([{ session_id: 'one' }]);
  });

  it('of a session with several windows are all of them', () => {
    const otherWindows = [{ sessionId: 'zero', createdMs: 500, events: ['{}'] }];
    const window = { previousSessionId: 'zero', reason: 'rollover' };
    const database = openAt(write({ sessions: [{ ...SESSION, otherWindows, window, events: ['{}', '{}'] }] }));
    expect(
      rows(
        database,
        `SELECT session_id, session_key, previous_session_id, reason, created_at, transcript_updated_at,
           (SELECT count(*) FROM transcript_events e WHERE e.session_id = w.session_id) FROM session_windows w`,
      ).map((row) => Object.values(row)),
    ).toEqual([
      ['zero', KEY, null, null, 500, 500, 1],
      ['one', KEY, 'zero', 'rollover', 1000, 1000, 2],
    ]);
  });

  it('of one conversation are shared by its transcripts', () => {
    const window = { channel: 'telegram', accountId: 'bot', chatType: 'group', peerId: '-5:topic:7', threadId: '7' };
    const database = openAt(
      write({
        sessions: [
          { ...SESSION, window },
          { ...SESSION, key: 'alias', sessionId: 'two', window },
        ],
      }),
    );
    expect(rows(database, 'SELECT channel, account_id, kind, peer_id, thread_id FROM conversations')).toEqual([
      { channel: 'telegram', account_id: 'bot', kind: 'group', peer_id: '-5:topic:7', thread_id: '7' },
    ]);
    const sql = `SELECT session_id, role FROM session_conversations c JOIN session_windows USING (session_id)
      WHERE c.conversation_id = primary_conversation_id`;
    expect(rows(database, sql)).toEqual([
      { session_id: 'one', role: 'primary' },
      { session_id: 'two', role: 'primary' },
    ]);
  });

  it('of pending inputs, archives and cold archives are as given', () => {
    const database = openAt(
      write({
        pendingInputs: [{ key: KEY, sessionId: 'one', state: 'interrupted', acceptedMs: 4000 }],
        archives: [{ key: 'gone', sessionId: 'old', createdMs: 1, publishedMs: null, error: 'EACCES' }],
        coldArchives: [{ sessionId: 'one', events: 12, rawBytes: 3456, archivedMs: 5 }],
      }),
    );
    expect(rows(database, 'SELECT session_key, session_id, state, accepted_at FROM session_pending_inputs')).toEqual([
      { session_key: KEY, session_id: 'one', state: 'interrupted', accepted_at: 4000 },
    ]);
    expect(
      rows(
        database,
        'SELECT session_id, published_at, publish_attempts, last_publish_error FROM session_transcript_archives',
      ),
    ).toEqual([{ session_id: 'old', published_at: null, publish_attempts: 1, last_publish_error: 'EACCES' }]);
    expect(
      rows(database, 'SELECT session_id, event_count, raw_bytes, last_seq FROM session_transcript_cold_archives'),
    ).toEqual([{ session_id: 'one', event_count: 12, raw_bytes: 3456, last_seq: 11 }]);
  });

  it('of credentials are one that nobody has', () => {
    const [row, ...others] = rows(openAt(write()), 'SELECT store_json FROM auth_profile_store');
    expect(others).toEqual([]);
    expect(row?.store_json).toContain(CREDENTIAL_CANARY);
  });

  it('name another role, agent and version when asked', () => {
    const path = write({ role: 'global', agent: 'other', version: '2026.9.7' });
    expect(rows(openAt(path), 'SELECT role, agent_id, app_version FROM schema_meta')).toEqual([
      { role: 'global', agent_id: 'other', app_version: '2026.9.7' },
    ]);
  });
});

describe('the list of databases', () => {
  it('has a row for each', () => {
    const path = join(root, 'listed', 'openclaw.sqlite');
    writeStateDatabase({
      path,
      version: '2026.9.6',
      agents: [
        { agent: 'one', path: 'agents/one/agent/openclaw-agent.sqlite', seenMs: 5, sizeBytes: 4096 },
        { agent: 'two', path: '/srv/two.sqlite', schema: 19 },
      ],
    });
    expect(rows(openAt(path), 'SELECT * FROM agent_databases').map((row) => Object.values(row))).toEqual([
      ['one', 'agents/one/agent/openclaw-agent.sqlite', 23, 5, 4096],
      ['two', '/srv/two.sqlite', 19, 0, null],
    ]);
  });
});
