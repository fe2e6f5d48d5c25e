import type { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { DatabaseOptions, DatabaseSession } from '../../../demo/database.ts';
import { BEFORE_ALL_ROWS } from '../../../src/read/sqlite/events.ts';
import { readNodes, type SessionNode } from '../../../src/read/sqlite/nodes.ts';
import { databaseSchema } from '../../../src/read/sqlite/schema.ts';
import { agentDatabase } from '../../support/agent-database.ts';
import { events, SETTLED, storedSession } from '../../support/sessions.ts';

const KEY = 'agent:ops:x';
const HUGE = '9223372036854775807';

function nodesOf(database: DatabaseSync, after = BEFORE_ALL_ROWS, limit = 100): SessionNode[] {
  return readNodes(database, databaseSchema(database, 'ops'), after, limit);
}

/** The session of KEY, between two healthy ones which must be there whatever is wrong with it. */
function nodeOf(
  changes: Partial<DatabaseSession>,
  damage: readonly string[] = [],
  options: Partial<DatabaseOptions> = {},
): SessionNode {
  const sessions = [
    storedSession('agent:ops:a', 'a'),
    storedSession(changes.key ?? KEY, 'x', changes),
    storedSession('agent:ops:z', 'z'),
  ];
  const [first, node, last, ...more] = nodesOf(agentDatabase({ sessions, ...options }, ...damage));
  expect([first, last].map((each) => [each?.key, each?.entry?.totalTokens, each?.lastSeq])).toEqual([
    ['agent:ops:a', 700, 2],
    ['agent:ops:z', 700, 2],
  ]);
  expect(more).toEqual([]);
  return node ?? expect.unreachable('the session is gone');
}

function nested(depth: number): string {
  return `${'['.repeat(depth)}${']'.repeat(depth)}`;
}

function setNode(assignments: string): string {
  return `UPDATE session_nodes SET ${assignments} WHERE session_key = '${KEY}'`;
}

describe('entry_json', () => {
  it.each([
    ['not JSON', '{broken'],
    ['cut off', '{"sessionId":"x","totalTokens":5'],
    ['empty', ''],
    ['an array', '[{"sessionId":"x"}]'],
    ['a number', '5'],
    ['a string', '"{}"'],
    ['null', 'null'],
    ['JSON5', '{sessionId:"x",totalTokens:5,}'],
    ['with a number that is none', '{"totalTokens":NaN}'],
    ['with a hexadecimal number', '{"totalTokens":0x10}'],
    ['with a control character in a string', '{"model":"a\u0001b","totalTokens":5}'],
    ['with a newline in a string', '{"model":"a\nb","totalTokens":5}'],
    ['with an escape that is none', '{"model":"\\x41","totalTokens":5}'],
    ['behind a byte order mark', '\ufeff{"totalTokens":5}'],
    ['an array nested deeper than SQLite follows', nested(2000)],
    ['cut off deeper than SQLite follows', '{"x":['.repeat(2000)],
  ])('that is %s is no object, and its row is there', (_, entry) => {
    expect(nodeOf({ entry })).toMatchObject({
      key: KEY,
      sessionId: 'x',
      entry: null,
      status: 'done',
      updatedMs: SETTLED,
      lastSeq: 2,
      window: { accountId: 'default', model: 'a-model' },
    });
  });

  it('that is a BLOB of JSON is no object', () => {
    const damage = [
      'CREATE TABLE loose AS SELECT * FROM session_nodes',
      'DROP TABLE session_nodes',
      'ALTER TABLE loose RENAME TO session_nodes',
      setNode('entry_json = CAST(entry_json AS BLOB)'),
    ];
    expect(nodeOf({}, damage).entry).toBeNull();
  });

  it.each<[what: string, entry: string, field: keyof NonNullable<SessionNode['entry']>, value: unknown]>([
    ['numbers as strings', '{"totalTokens":"500"}', 'totalTokens', null],
    ['1e300', '{"totalTokens":1e300}', 'totalTokens', 1e300],
    ['a number that no double holds', '{"totalTokens":1e999}', 'totalTokens', null],
    ['a negative number', '{"totalTokens":-1}', 'totalTokens', null],
    ['zero', '{"totalTokens":0}', 'totalTokens', 0],
    ['a fraction', '{"totalTokens":0.5}', 'totalTokens', 0.5],
    ['an integer above 2^53', '{"totalTokens":9007199254740993}', 'totalTokens', 9_007_199_254_740_992],
    ['an integer above 2^63', '{"totalTokens":99999999999999999999}', 'totalTokens', 1e20],
    ['true as a number', '{"totalTokens":true}', 'totalTokens', null],
    ['an array as a number', '{"totalTokens":[5]}', 'totalTokens', null],
    ['null', '{"totalTokens":null}', 'totalTokens', null],
    ['a limit of zero', '{"contextTokens":0}', 'contextTokens', null],
    ['a number as a flag', '{"totalTokensFresh":1}', 'totalTokensFresh', null],
    ['a flag', '{"totalTokensFresh":false}', 'totalTokensFresh', false],
    ['a number as a text', '{"model":5}', 'model', null],
    ['an object as a text', '{"model":{"id":"m"}}', 'model', null],
    ['a time as a text', '{"updatedAt":"2026-11-24"}', 'updatedAt', null],
    ['a blank id', '{"sessionId":"  "}', 'sessionId', null],
    ['escapes in a name', '{"total\\u0054okens":5}', 'totalTokens', 5],
    ['half of a surrogate pair', '{"model":"a\\ud800"}', 'model', 'a\ud800'],
    ['a quote and a bracket in a text', '{"model":"\\"]["}', 'model', '"]['],
    ['the field in an object only', '{"a":{"totalTokens":5}}', 'totalTokens', null],
    ['a value nested 900 times beside it', `{"x":${nested(900)},"totalTokens":5}`, 'totalTokens', 5],
    ['a value nested 2,000 times beside it', `{"x":${nested(2000)},"totalTokens":5}`, 'totalTokens', 5],
    ['a value nested 999 times in its place', `{"totalTokens":${nested(999)}}`, 'totalTokens', null],
    ['nothing', '{}', 'totalTokens', null],
    ['names of other objects', '{"__proto__":{"totalTokens":9},"constructor":1}', 'totalTokens', null],
  ])('with %s', (_, entry, field, value) => {
    expect(nodeOf({ entry }).entry).toMatchObject({ [field]: value });
  });

  it('with bytes that are no UTF-8 keeps its other fields', () => {
    const bytes = Buffer.from('{"model":"\xff","totalTokens":5}', 'latin1').toString('hex');
    const { entry } = nodeOf({}, [setNode(`entry_json = CAST(x'${bytes}' AS TEXT)`)]);
    expect(entry).toMatchObject({ model: '\ufffd', totalTokens: 5 });
  });

  it.each([
    ['{"delivery":{"route":{"accountId":"bot-1"}}}', 'bot-1'],
    ['{"delivery":{"route":{"accountId":5}}}', null],
    ['{"delivery":{"route":[]}}', null],
    ['{"delivery":"external"}', null],
    ['{}', null],
  ])('%s has the account %j on its route', (entry, account) => {
    expect(nodeOf({ entry }).entry?.lastAccountId).toBe(account);
  });
});

describe('a tombstone', () => {
  it.each([
    [-1, '{}', 2],
    // Each of these was an entry.
    [0, '{}', 3],
    [1, '{}', 3],
    [-1, '{"sessionId":"x"}', 3],
    [-1, '', 3],
    [-1, '{ }', 3],
  ] as const)('is a row with entry_valid %d and entry_json %j: %d sessions', (entryValid, entry, count) => {
    const sessions = [storedSession('a', 'a'), storedSession(KEY, 'x', { entry, entryValid }), storedSession('z', 'z')];
    expect(nodesOf(agentDatabase({ sessions }))).toHaveLength(count);
  });
});

describe('columns', () => {
  it.each([
    ['updated_at = 5', { updatedMs: 5 }],
    ['updated_at = 0', { updatedMs: 0 }],
    ['updated_at = -1', { updatedMs: null }],
    [`updated_at = ${HUGE}`, { updatedMs: 2 ** 63 }],
    ['created_at = NULL', { createdMs: null }],
    [`created_at = -${HUGE}`, { createdMs: null }],
    ['last_interaction_at = 9007199254740993', { lastInteractionMs: 2 ** 53 }],
    ['last_activity_at = NULL', { lastActivityMs: null }],
    [`last_activity_at = ${HUGE}`, { lastActivityMs: 2 ** 63 }],
    ['archived_at = NULL', { archived: false }],
    ['archived_at = 1', { archived: true }],
    [`archived_at = ${HUGE}`, { archived: true }],
    ['status = NULL', { status: null }],
    ["status = 'running'", { status: 'running' }],
    ["current_session_id = ''", { sessionId: '', window: null, lastSeq: null }],
    ["current_session_id = 'gone'", { sessionId: 'gone', window: null, lastSeq: null, generation: null }],
  ])('%s', (assignment, expected) => {
    expect(nodeOf({}, [setNode(assignment)])).toMatchObject(expected);
  });

  it.each([
    ["DELETE FROM session_windows WHERE session_id = 'x'", null],
    [
      'UPDATE session_windows SET chat_type = NULL, account_id = NULL, model = NULL, model_provider = NULL, transcript_updated_at = NULL',
      { chatType: null, accountId: null, model: null, provider: null, transcriptMs: null },
    ],
    [`UPDATE session_windows SET transcript_updated_at = ${HUGE}`, { transcriptMs: 2 ** 63 }],
    ['UPDATE session_windows SET transcript_updated_at = -5', { transcriptMs: null }],
  ])('the window after %s', (damage, window) => {
    const node = nodeOf({}, [damage]);
    if (window === null) expect(node.window).toBeNull();
    else expect(node.window).toMatchObject(window);
  });

  it('that a version does not have are as if NULL', () => {
    const lacking = ['entry_valid', 'archived_at', 'status', 'updated_at', 'last_interaction_at', 'last_activity_at'];
    const damage = [
      'DROP INDEX idx_agent_session_nodes_updated_at',
      ...lacking.map((column) => `ALTER TABLE session_nodes DROP COLUMN ${column}`),
      'ALTER TABLE session_windows DROP COLUMN account_id',
      'DROP TABLE transcript_rewrite_watermarks',
      'DROP TABLE session_transcript_cold_archives',
    ];
    expect(nodeOf({ archivedMs: 5 }, damage)).toMatchObject({
      archived: false,
      status: null,
      updatedMs: null,
      lastInteractionMs: null,
      window: { accountId: null, model: 'a-model' },
      cold: null,
      generation: null,
      lastSeq: 2,
    });
  });
});

describe('the transcript of a node', () => {
  it('stands at its newest event and has the mark of its last rewrite', () => {
    const node = nodeOf({}, ["UPDATE transcript_rewrite_watermarks SET generation = 'g' WHERE session_id = 'x'"]);
    expect(node).toMatchObject({ lastSeq: 2, generation: 'g', cold: null });
  });

  it.each([
    ['without events', { events: [] }, [], { lastSeq: null, generation: null, cold: null }],
    [
      'with a number above 2^53',
      {},
      [`UPDATE transcript_events SET seq = ${HUGE} WHERE session_id = 'x' AND seq = 2`],
      {
        lastSeq: 2 ** 63,
      },
    ],
  ])('%s', (_, changes, damage, expected) => {
    expect(nodeOf(changes, damage)).toMatchObject(expected);
  });

  it.each([21, 23] as const)('was moved out: schema %d', (schema) => {
    const coldArchives = [{ sessionId: 'x', events: 40, rawBytes: 123_456, archivedMs: SETTLED }];
    expect(nodeOf({ events: [] }, [], { schema, coldArchives })).toMatchObject({
      cold: { bytes: 123_456, archivedMs: SETTLED },
      lastSeq: null,
    });
  });

  it('is that of its current id, not of an earlier one', () => {
    const otherWindows = [{ sessionId: 'earlier', chatType: 'group', events: events('earlier') }];
    expect(nodeOf({ events: [], window: { chatType: 'direct' }, otherWindows })).toMatchObject({
      lastSeq: null,
      window: { chatType: 'direct' },
    });
  });
});

describe('readNodes', () => {
  it.each([
    'agent:ops:"quoted"',
    "agent:ops:it's",
    'agent:ops:line\nbreak\ttab',
    'agent:ops:back\\slash',
    'agent:ops:nul\0byte',
    'agent:ops:😀 ü',
    'agent:ops:$.totalTokens',
    '',
    'x'.repeat(100_000),
  ])('has the key %j as it stands', (key) => {
    expect(nodeOf({ key }).key).toBe(key);
  });

  it('goes on behind a row, in slices that have every session once', () => {
    const sessions = ['a', 'b', 'c', 'd', 'e'].map((id) => storedSession(`agent:ops:${id}`, id));
    const database = agentDatabase({ sessions }, "DELETE FROM session_nodes WHERE current_session_id = 'b'");
    const seen: string[] = [];
    for (
      let slice = nodesOf(database, undefined, 2);
      slice.length > 0;
      slice = nodesOf(database, BigInt(slice.at(-1)?.rowid ?? 0), 2)
    ) {
      expect(slice.length).toBeLessThanOrEqual(2);
      seen.push(...slice.map(({ sessionId }) => sessionId));
    }
    expect(seen).toEqual(['a', 'c', 'd', 'e']);
  });

  it.each([19, 21, 23] as const)('reads schema %d', (schema) => {
    expect(nodeOf({}, [], { schema })).toMatchObject({
      key: KEY,
      archived: false,
      updatedMs: SETTLED,
      createdMs: SETTLED - 1000,
      lastInteractionMs: SETTLED,
      lastActivityMs: null,
      window: { accountId: 'default', provider: 'a-provider', transcriptMs: SETTLED },
    });
  });
});
