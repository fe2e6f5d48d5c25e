import { describe, expect, it } from 'vitest';
import type { ReadableAgent, Snapshot } from '../../src/model/snapshot.ts';
import { testScanner } from '../support/scan.ts';
import { NOW, SETTLED, transcriptLines } from '../support/sessions.ts';
import { readableAgent } from '../support/snapshot.ts';
import { type AgentDatabase, createState } from '../support/state.ts';

const AGENT = 'agents/ops/agent';
const DATABASE = `${AGENT}/openclaw-agent.sqlite`;
const SESSIONS = 'agents/ops/sessions';
/** Keys of an index, each with a transcript of its own. */
const LEFT = ['agent:ops:main', 'agent:ops:cron:a', 'agent:ops:hook:b'];

interface Store {
  /** Keys in the database; not given: there is no database. */
  readonly database?: readonly string[];
  readonly options?: Omit<AgentDatabase, 'sessions' | 'damage'>;
  readonly damage?: readonly string[];
  /** OpenClaw's by the config; null: it has none. */
  readonly version?: string | null;
  /** OpenClaw's by the database for all agents; not given: there is none. */
  readonly stateVersion?: string;
  /** Keys in the index; not given: there is no index. */
  readonly index?: readonly string[];
  /** Other files, by their path in the state directory. */
  readonly files?: Readonly<Record<string, string>>;
  /** What is written beside the database at last, by the end of its name. */
  readonly beside?: Readonly<Record<string, string>>;
}

async function read(store: Store): Promise<ReadableAgent> {
  return readableAgent(await scan(store), 'ops');
}

async function scan({
  database,
  options = {},
  damage = [],
  version = '2026.9.6',
  stateVersion,
  index,
  files = {},
  beside = {},
}: Store): Promise<Snapshot> {
  const { dir } = createState({
    version,
    agents: {
      ops: {
        ...(index && { index: healthy(index) }),
        ...(database && { database: { ...options, sessions: healthy(database), damage } }),
      },
    },
    ...(stateVersion && { registry: { version: stateVersion, agents: [] } }),
    files: {
      ...files,
      ...Object.fromEntries(Object.entries(beside).map(([end, text]) => [`${DATABASE}${end}`, text])),
    },
  });
  return (await testScanner(dir, { now: () => NOW }).deep()).snapshot;
}

function healthy(keys: readonly string[]): Record<string, object> {
  return Object.fromEntries(keys.map((key) => [key, {}]));
}

const NO_SESSION_TABLES = [
  'PRAGMA user_version = 1',
  ...['nodes', 'windows', 'pending_inputs', 'conversations'].map((name) => `DROP TABLE session_${name}`),
  'DROP TABLE transcript_events',
];

describe('the layout', () => {
  it.each<[what: string, store: Store, expected: object, sessions: number]>([
    ['of an index', { index: LEFT }, { layout: 'file', schema: 0, unimported: 0 }, 3],
    ['of a database', { database: LEFT }, { layout: 'sqlite', schema: 23, version: '2026.9.6', unimported: 0 }, 3],
    [
      'of an older database',
      { database: LEFT, options: { schema: 19 }, version: '2026.8.1' },
      { layout: 'sqlite', schema: 19, version: '2026.8.1' },
      3,
    ],
    ['of a database without sessions', { database: [] }, { layout: 'sqlite', schema: 23, unimported: 0 }, 0],
    ['of nothing', {}, { layout: 'empty', schema: 0 }, 0],
    ['of both with the same sessions', { database: LEFT, index: LEFT }, { layout: 'migrating', unimported: 0 }, 3],
    [
      'of both with others',
      { database: LEFT.slice(0, 1), index: LEFT.slice(1) },
      { layout: 'migrating', unimported: 2 },
      1,
    ],
    ['of both, some imported', { database: LEFT.slice(1), index: LEFT }, { layout: 'migrating', unimported: 1 }, 2],
    ['of an empty database beside a full index', { database: [], index: LEFT }, { layout: 'sqlite', unimported: 3 }, 0],
    ['of a full database beside an empty index', { database: LEFT, index: [] }, { layout: 'sqlite', unimported: 0 }, 3],
    [
      'of a full database beside an index that is broken',
      { database: LEFT, files: { [`${SESSIONS}/sessions.json`]: '{' } },
      { layout: 'sqlite', unimported: 0 },
      3,
    ],
    [
      'of a database that holds only tombstones, beside an index',
      {
        database: LEFT,
        index: LEFT,
        damage: ["UPDATE session_nodes SET entry_json = '{}', entry_valid = -1"],
      },
      { layout: 'sqlite' },
      0,
    ],
    [
      'of a database of 2026.7 beside an index',
      { database: [], damage: NO_SESSION_TABLES, index: LEFT },
      {
        layout: 'file',
        schema: 0,
        version: '2026.9.6',
        unimported: 0,
      },
      3,
    ],
    ['of a database of 2026.7 alone', { database: [], damage: NO_SESSION_TABLES }, { layout: 'empty', schema: 0 }, 0],
    [
      'of a newer database',
      { database: LEFT, damage: ['PRAGMA user_version = 99'] },
      { layout: 'sqlite', schema: 99 },
      3,
    ],
  ])('%s', async (_, store, expected, sessions) => {
    const agent = await read(store);
    expect(agent).toMatchObject({ problems: [], ...expected });
    expect(agent.sessions).toHaveLength(sessions);
  });

  it('counts nothing twice while both hold a session: the database says what it is', async () => {
    const { sessions, files } = await read({ database: LEFT, index: LEFT });
    for (const { session: each } of sessions) {
      expect(each).toMatchObject({ era: 'sqlite', tokens: 700, tokensSource: 'index' });
    }
    const classes = files?.classes.map((each) => [each.class, each.files]) ?? [];
    // Of an index, also of one that was imported, so no orphans.
    expect(Object.fromEntries(classes)).toEqual({ transcript: 3, index: 1, database: 1 });
  });

  it('takes a transcript that only the index names for no orphan, imported or not', async () => {
    const { files } = await read({ database: LEFT.slice(0, 1), index: LEFT.slice(1) });
    const classes = files?.classes.map((each) => [each.class, each.files]) ?? [];
    expect(Object.fromEntries(classes)).toEqual({ transcript: 2, index: 1, database: 1 });
  });

  it.each([
    ['of a session of the database', 'ops-0.jsonl', { transcript: 1, database: 1 }],
    ['of nobody', 'nobody.jsonl', { orphan: 1, database: 1 }],
  ])('a transcript %s', async (_, name, expected) => {
    const { files } = await read({
      database: LEFT,
      files: { [`${SESSIONS}/${name}`]: transcriptLines('x').join('') },
    });
    expect(Object.fromEntries(files?.classes.map((each) => [each.class, each.files]) ?? [])).toEqual(expected);
  });
});

describe('what is left beside a database without sessions', () => {
  const LOG = { '-wal': 'left over '.repeat(1000) };
  const SHM = { '-shm': '\0'.repeat(32_768) };
  const OF_FILES = { database: [], damage: NO_SESSION_TABLES, index: LEFT };

  it.each<[what: string, store: Store]>([
    ['a -wal', { ...OF_FILES, beside: LOG }],
    ['a -shm', { ...OF_FILES, beside: SHM }],
    ['a -wal and a -shm', { ...OF_FILES, beside: { ...LOG, ...SHM } }],
    ['a -wal and no database at all', { index: LEFT, beside: LOG }],
    ['a -wal and a -shm and no database at all', { index: LEFT, beside: { ...LOG, ...SHM } }],
  ])('does not hide sessions in files: %s', async (_, store) => {
    for (const version of ['2026.7.35', '2026.9.6']) {
      const agent = await read({ ...store, version });
      expect(agent).toMatchObject({ layout: 'file', schema: 0, problems: [] });
      expect(agent.sessions).toHaveLength(3);
    }
  });

  it('hides nothing of an agent of the file era that has none', async () => {
    const store = { database: [], damage: NO_SESSION_TABLES, beside: LOG, version: '2026.7.35' };
    expect(await read(store)).toMatchObject({ layout: 'empty', problems: [] });
    const files = { [`${SESSIONS}/x.jsonl`]: transcriptLines('x').join('') };
    expect(await read({ ...store, files })).toMatchObject({ layout: 'file', problems: ['index_missing'] });
  });

  it.each<[what: string, store: Store]>([
    ['which may hold the first sessions of a database', { database: [], damage: NO_SESSION_TABLES, beside: LOG }],
    ['of a database with sessions', { database: LEFT, index: LEFT, beside: LOG }],
  ])('is a problem where it says more than the files: a -wal %s', async (_, store) => {
    const { agents } = await scan(store);
    expect(agents).toMatchObject([{ agent: 'ops', layout: 'sqlite', readable: false }]);
  });
});

describe('sessions of a database', () => {
  it('are counted without the archived ones, of which none is published', async () => {
    const damage = ["UPDATE session_nodes SET archived_at = 5 WHERE session_key = 'agent:ops:main'"];
    const agent = await read({ database: LEFT, damage });
    expect(agent).toMatchObject({ archived: 1, layout: 'sqlite' });
    expect(agent.sessions.map(({ session: { key } }) => key)).toEqual(LEFT.slice(1));
  });

  it('take their key’s kind, and the window’s account', async () => {
    const { sessions } = await read({ database: LEFT });
    expect(sessions.map(({ session: { kind, account } }) => [kind, account])).toEqual([
      ['main', 'default'],
      ['cron', 'default'],
      ['hook', 'default'],
    ]);
  });

  it('say when something was written last', async () => {
    expect((await read({ database: LEFT })).lastWriteMs).toBe(SETTLED);
    expect((await read({ database: [] })).lastWriteMs).toBeNull();
    const damage = [`UPDATE session_windows SET transcript_updated_at = ${SETTLED + 5000}`];
    expect((await read({ database: LEFT, damage })).lastWriteMs).toBe(SETTLED + 5000);
  });
});

describe('what is known beside the sessions', () => {
  it('has pending inputs and free pages', async () => {
    const pendingInputs = [{ key: 'agent:ops:main', sessionId: 'x', state: 'queued', acceptedMs: SETTLED } as const];
    const { database } = await read({ database: LEFT, options: { pendingInputs } });
    expect(database).toMatchObject({
      freeBytes: 0,
      pendingInputs: { oldestQueuedMs: SETTLED },
      unpublishedArchive: false,
    });
  });

  it('is nothing for files', async () => {
    expect((await read({ index: LEFT })).database).toBeNull();
  });

  it('says that an archive could not be written, and the sessions are there', async () => {
    const archives = [{ key: 'agent:ops:gone', sessionId: 'gone', createdMs: 5, publishedMs: null, error: 'ENOSPC' }];
    const agent = await read({ database: LEFT, options: { archives } });
    expect(agent).toMatchObject({ readable: true, problems: ['archive_unpublished'] });
    expect(agent.sessions).toHaveLength(3);
  });

  it.each([
    ['openclaw-agent.sqlite.corrupt-1795495590630', ['database_unreadable']],
    ['openclaw-agent.sqlite.backup', []],
    ['other.sqlite.corrupt-1795495590630', []],
  ])('a file beside the database called %s', async (name, problems) => {
    const agent = await read({ database: LEFT, files: { [`${AGENT}/${name}`]: 'synthetic' } });
    expect(agent).toMatchObject({ readable: true, problems });
    expect(agent.sessions).toHaveLength(3);
  });
});

describe('a database of an older schema', () => {
  it.each([
    // The config is written when it is changed; the database for all agents when the gateway starts.
    [19, '2026.9.5', undefined, ['schema_outdated']],
    [19, '2026.8.1', '2026.9.5', ['schema_outdated']],
    [19, null, '2026.9.5', ['schema_outdated']],
    [21, '2026.9.6', '2026.9.5', ['schema_outdated']],
    [19, '2026.8.1', undefined, []],
    [19, '2026.9.3', '2026.9.4', []],
    [21, '2026.9.5', '2026.9.5', []],
    [23, '2026.9.6', '2026.9.6', []],
    [19, null, undefined, []],
    [19, '2026.10.1', undefined, []],
  ] as const)(
    '%i, where the config is of %s and the gateway of %s: %j',
    async (schema, version, stateVersion, problems) => {
      const agent = await read({ database: LEFT, options: { schema }, version, ...(stateVersion && { stateVersion }) });
      expect(agent).toMatchObject({ readable: true, schema, problems });
      expect(agent.sessions).toHaveLength(3);
    },
  );

  it('without session tables says nothing: the sessions are in files', async () => {
    const agent = await read({ database: [], damage: NO_SESSION_TABLES, index: LEFT });
    expect(agent).toMatchObject({ layout: 'file', problems: [] });
  });
});

describe('a database that cannot be used', () => {
  it.each([
    ['of another agent', "UPDATE schema_meta SET agent_id = 'kin'", 'database_mismatch', '2026.9.6'],
    ['of another role', "UPDATE schema_meta SET role = 'global'", 'database_mismatch', '2026.9.6'],
    ['without windows', 'DROP TABLE session_windows', 'schema_unsupported', '2026.9.6'],
  ])('%s is not passed over for the index beside it', async (_, damage, problem, version) => {
    const { agents } = await scan({ database: LEFT, damage: [damage], index: LEFT });
    expect(agents).toEqual([
      { agent: 'ops', layout: 'sqlite', schema: 23, version, readable: false, problems: [problem] },
    ]);
  });
});
