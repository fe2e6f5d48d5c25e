import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { appendEvents, type DatabaseSession, writeDatabase } from '../../demo/database.ts';
import {
  BAD,
  badEntry,
  badSession,
  type DatabasesBeside,
  damage,
  databasesBeside,
  expectSame,
  expectUnread,
  expectUntouched,
  replaceDatabase,
  scanOf,
} from '../support/beside.ts';
import { parseExposition, seriesOf } from '../support/exposition.ts';
import { setWritten } from '../support/folder.ts';
import { giveToNobody, inProcessOfNobody } from '../support/nobody.ts';
import { testScanner } from '../support/scan.ts';
import { figureOf, findingsOf, PLAIN, problemsOf, scanAsNobody, scanBoth, watcher } from '../support/scans.ts';
import { NOW, SETTLED } from '../support/sessions.ts';

const BAD_NODE = `session_key = '${BAD}'`;

function overwrite(path: string, change: (content: Buffer) => Buffer): void {
  writeFileSync(path, change(readFileSync(path)));
}

function zeroed(content: Buffer, from: number, to: number): Buffer {
  return Buffer.concat([content.subarray(0, from), Buffer.alloc(to - from), content.subarray(to)]);
}

/** The place of a table's first page in the file. */
const FIRST_PAGES = { from: 4096, to: 12 * 4096 };

describe('a database that cannot be read is its agent’s problem alone', () => {
  it.each<[what: string, problem: string, breakIt: (state: DatabasesBeside) => void]>([
    ['text', 'database_unreadable', ({ database }) => writeFileSync(database, 'not a database\n'.repeat(1000))],
    ['a few bytes', 'database_unreadable', ({ database }) => writeFileSync(database, 'SQLite')],
    ['only a header', 'database_unreadable', ({ database }) => truncateSync(database, 100)],
    ['of 0 bytes', 'database_unreadable', ({ database }) => truncateSync(database, 0)],
    [
      'cut off in a page',
      'database_unreadable',
      ({ database }) => overwrite(database, (all) => all.subarray(0, -1000)),
    ],
    ['cut off between pages', 'database_unreadable', ({ database }) => truncateSync(database, 8 * 4096)],
    [
      'full of zeros behind its first page',
      'database_unreadable',
      ({ database }) => overwrite(database, (all) => zeroed(all, FIRST_PAGES.from, FIRST_PAGES.to)),
    ],
    [
      'of another role',
      'database_mismatch',
      ({ database }) => damage(database, "UPDATE schema_meta SET role = 'global'"),
    ],
    [
      'of another agent',
      'database_mismatch',
      ({ database }) => damage(database, "UPDATE schema_meta SET agent_id = 'kin'"),
    ],
    [
      'the whole database of another agent',
      'database_mismatch',
      (state) => writeFileSync(state.database, readFileSync(state.databasePath('kin'))),
    ],
    ...['session_nodes', 'session_windows', 'transcript_events', 'transcript_event_identities'].map(
      (table): [string, string, (state: DatabasesBeside) => void] => [
        `without ${table}`,
        'schema_unsupported',
        ({ database }) => damage(database, `DROP TABLE ${table}`),
      ],
    ),
    [
      'a folder',
      'database_unreadable',
      ({ database }) => {
        rmSync(database);
        mkdirSync(database);
      },
    ],
    [
      'a FIFO',
      'database_unreadable',
      ({ database }) => {
        rmSync(database);
        execFileSync('mkfifo', [database]);
      },
    ],
    [
      'a link out',
      'database_unreadable',
      ({ database }) => {
        const other = databasesBeside();
        rmSync(database);
        symlinkSync(other.database, database);
      },
    ],
    [
      'a link to nothing',
      'database_missing',
      ({ database }) => {
        rmSync(database);
        symlinkSync('gone', database);
      },
    ],
    [
      'a loop of links',
      'database_unreadable',
      ({ database }) => {
        rmSync(database);
        symlinkSync(database, database);
      },
    ],
    ['gone', 'database_missing', ({ database }) => rmSync(database)],
    ['gone with its folder', 'database_missing', ({ database }) => rmSync(dirname(database), { recursive: true })],
    [
      'without the shm of its WAL',
      'wal_without_shm',
      ({ database }) => {
        rmSync(database);
        writeDatabase({ path: database, agent: 'ops', sessions: [badSession()], ending: 'killed' });
        rmSync(`${database}-shm`);
      },
    ],
  ])('%s: %s', async (_, problem, breakIt) => {
    const before = await scanOf({ bad: badSession() });
    const state = databasesBeside({ bad: badSession() });
    breakIt(state);
    const after = await scanBoth(testScanner(state.dir, PLAIN));
    expectUntouched(after, before, { isLost: true });
    for (const families of [after.quick, after.deep]) expectUnread(families, problem);
  });

  it.each<[what: string, problem: string, breakIt: (path: string) => void]>([
    ['text', 'database_unreadable', (path) => writeFileSync(path, 'not a database\n'.repeat(1000))],
    ['of another agent', 'database_mismatch', (path) => damage(path, "UPDATE schema_meta SET agent_id = 'x-agent'")],
    ['without events', 'schema_unsupported', (path) => damage(path, 'DROP TABLE transcript_events')],
    ['gone', 'database_missing', (path) => rmSync(path)],
  ])(
    'that becomes %s under a running scanner shows no figure of before, and all when it is whole again',
    async (_, problem, breakIt) => {
      const state = databasesBeside({ bad: badSession() });
      const { quick, deep } = watcher(testScanner(state.dir, PLAIN));
      const before = await deep();
      const content = readFileSync(state.database);
      breakIt(state.database);
      for (const families of [await quick(), await deep()]) {
        expectSame(families, before, { isLost: true });
        expectUnread(families, problem);
      }
      writeFileSync(state.database, content);
      setWritten(state.database, SETTLED + 1000);
      for (const families of [await quick(), await deep()]) {
        expectSame(families, before);
        expect(figureOf(families, 'tokens', BAD)).toBe(700);
      }
    },
  );
});

describe('what is closed to us', () => {
  it('the database, its WAL or its shm: permission_denied', async () => {
    const states = ['', '-wal', '-shm'].map((suffix) => {
      const state = databasesBeside({ ops: { ending: 'killed' } });
      giveToNobody(state.dir);
      chmodSync(`${state.database}${suffix}`, 0);
      return state;
    });
    const before = await scanOf({ ops: { ending: 'killed' } });
    expect(seriesOf(before.deep, 'openclaw_store_readable')).toMatchObject({ 'agent="ops"': 1 });
    const { scans } = await inProcessOfNobody({ scans: states.map(({ dir }) => ({ stateDir: dir, now: NOW })) });
    expect(scans).toHaveLength(3);
    for (const { quick, deep } of scans) {
      expectSame(parseExposition(quick), before.quick, { isLost: true });
      expectSame(parseExposition(deep), before.deep, { isLost: true });
      for (const text of [quick, deep]) expectUnread(parseExposition(text), 'permission_denied');
    }
  });

  it.each(['agents/ops/agent', 'agents/ops'])('the folder %s: permission_denied', async (folder) => {
    const state = databasesBeside();
    giveToNobody(state.dir);
    const before = await scanAsNobody(state.dir);
    chmodSync(join(state.dir, folder), 0);
    onTestFinished(() => chmodSync(join(state.dir, folder), 0o700));
    const after = await scanAsNobody(state.dir);
    for (const scan of ['quick', 'deep'] as const) {
      expectSame(after[scan], before[scan], { isLost: true });
      expectUnread(after[scan], 'permission_denied');
    }
  });
});

interface Expected {
  readonly quick: readonly string[];
  /** When not the same. */
  readonly deep?: readonly string[];
  readonly tokens: number | null;
}

describe('a damaged session is a finding, and its neighbours have the figures of before', () => {
  const NONE: readonly string[] = [];
  const BROKEN: Expected = { quick: ['entry_invalid'], tokens: 700 };
  /** The answer is lost, and nothing else says the tokens. */
  const LOST: Expected = { quick: NONE, deep: ['invalid_json'], tokens: null };

  it.each<[what: string, expected: Expected, changes: Partial<DatabaseSession>, statements?: string[]]>([
    ['an entry that is not JSON', BROKEN, { entry: '{broken' }],
    ['an empty entry', BROKEN, { entry: '' }],
    ['an entry that is an array', BROKEN, { entry: '[]' }],
    ['an entry that is a number', BROKEN, { entry: '1e300' }],
    ['an entry that is a string', BROKEN, { entry: '"{}"' }],
    ['an entry nested too deep to be cut off', BROKEN, { entry: '['.repeat(2000) }],
    [
      'numbers as strings',
      { quick: NONE, tokens: 700 },
      { entry: badEntry({ totalTokens: '5', totalTokensFresh: true }) },
    ],
    [
      'a negative number',
      { quick: NONE, tokens: 700 },
      { entry: badEntry({ totalTokens: -5, totalTokensFresh: true }) },
    ],
    [
      '1e300, above every window',
      { quick: NONE, tokens: 700 },
      { entry: badEntry({ totalTokens: 1e300, totalTokensFresh: true }) },
    ],
    [
      '1e300 and no window, still more than its call had',
      { quick: NONE, tokens: 700 },
      {
        entry: badEntry({ totalTokens: 1e300, totalTokensFresh: true, contextTokens: '5' }),
      },
    ],
    ['another id than its row', { quick: ['id_mismatch'], tokens: 700 }, { entry: badEntry({ sessionId: 'other' }) }],
    ['no window row', { quick: ['window_missing'], tokens: 700 }, { window: null }],
    ['no events', { quick: ['transcript_missing'], tokens: null }, { events: [] }],
    [
      'no events of a running first run',
      { quick: NONE, tokens: null },
      {
        events: [],
        entry: { sessionId: 'bad', updatedAt: SETTLED, status: 'running' },
      },
    ],
    [
      'a transcript and a window that are gone',
      { quick: ['id_mismatch', 'transcript_missing', 'window_missing'], tokens: null },
      {},
      [`UPDATE session_nodes SET current_session_id = 'gone' WHERE ${BAD_NODE}`],
    ],
    [
      'a run that never ended',
      { quick: ['stuck'], tokens: 700 },
      {
        entry: badEntry({
          status: 'running',
          updatedAt: SETTLED - 10_000_000,
          lastInteractionAt: SETTLED - 10_000_000,
        }),
        updatedMs: SETTLED - 10_000_000,
        lastInteractionMs: SETTLED - 10_000_000,
        window: { transcriptUpdatedMs: SETTLED - 10_000_000 },
      },
    ],
    [
      'times above 2^53',
      { quick: NONE, tokens: 700 },
      {},
      [
        `UPDATE session_nodes SET updated_at = 9223372036854775807, created_at = -9223372036854775807 WHERE ${BAD_NODE}`,
      ],
    ],
    [
      'an event that is NULL in both columns',
      LOST,
      {},
      ["UPDATE transcript_events SET event_json = NULL, event_zstd = NULL WHERE session_id = 'bad' AND seq = 2"],
    ],
    [
      'events that are NULL in both columns and have no size',
      LOST,
      {},
      [
        "UPDATE transcript_events SET event_json = NULL, event_zstd = NULL, event_utf8_bytes = NULL WHERE session_id = 'bad'",
      ],
    ],
    [
      'an event that is cut off',
      LOST,
      {},
      ["UPDATE transcript_events SET event_json = '{\"type\":' WHERE session_id = 'bad' AND seq = 2"],
    ],
    [
      'a packed event that is cut off',
      { quick: NONE, deep: ['invalid_json'], tokens: 700 },
      {},
      ["UPDATE transcript_events SET event_zstd = substr(event_zstd, 1, 30) WHERE session_id = 'bad' AND seq = 1"],
    ],
    [
      'a packed event that is no frame',
      { quick: NONE, deep: ['invalid_json'], tokens: 700 },
      {},
      ["UPDATE transcript_events SET event_zstd = x'00112233' WHERE session_id = 'bad' AND seq = 1"],
    ],
    [
      'a broken entry, no window and a damaged event',
      {
        quick: ['entry_invalid', 'window_missing'],
        deep: ['entry_invalid', 'invalid_json', 'window_missing'],
        tokens: null,
      },
      {
        entry: '{',
        window: null,
      },
      ["UPDATE transcript_events SET event_json = '' WHERE session_id = 'bad' AND seq = 2"],
    ],
  ])('%s', async (_, expected, changes, statements = []) => {
    const before = await scanOf();
    const state = databasesBeside({ bad: badSession(changes) });
    damage(state.database, ...statements);
    const after = await scanBoth(testScanner(state.dir, PLAIN));
    expectUntouched(after, before);
    expect(findingsOf(after.quick, BAD)).toEqual(expected.quick);
    expect(findingsOf(after.deep, BAD)).toEqual(expected.deep ?? expected.quick);
    for (const families of [after.quick, after.deep]) {
      expect(problemsOf(families, 'ops')).toEqual([]);
      expect(figureOf(families, 'tokens', BAD)).toBe(expected.tokens);
    }
  });

  it.each([
    ['quotes and backslashes', 'agent:ops:a"b\\c\'d'],
    ['a newline', 'agent:ops:a\nb'],
    ['a NUL', 'agent:ops:a\0b'],
    ['nothing', ''],
  ])('a key with %s has series of its own', async (_, key) => {
    const before = await scanOf();
    const after = await scanOf({ bad: badSession({ key }) });
    expectUntouched(after, before);
    expect(figureOf(after.deep, 'tokens', key)).toBe(700);
  });

  it('damage that comes while it is watched is found, and is gone when it is mended', async () => {
    const state = databasesBeside({ bad: badSession() });
    const { quick, deep } = watcher(testScanner(state.dir, PLAIN));
    const before = await deep();
    expect(findingsOf(before, BAD)).toEqual([]);
    replaceDatabase(state, badSession({ entry: '{broken' }));
    expect(findingsOf(await quick(), BAD)).toEqual(['entry_invalid']);
    replaceDatabase(state, badSession());
    const after = await quick();
    expect(findingsOf(after, BAD)).toEqual([]);
    expectSame(after, before, { isLost: true });
    // Bytes of events are known to be bad from a deep scan on, also those that come later.
    appendEvents(state.database, 'bad', ['{broken'], SETTLED);
    expect(findingsOf(await quick(), BAD)).toEqual(['invalid_json']);
  });
});
