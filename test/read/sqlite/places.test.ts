import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeDatabase, writeStateDatabase } from '../../../demo/database.ts';
import type { ReadableAgent, Snapshot } from '../../../src/model/snapshot.ts';
import type { PathMapping } from '../../../src/openclaw/path-map.ts';
import { closedDatabase } from '../../support/databases.ts';
import { newFolder } from '../../support/folder.ts';
import { testScanner } from '../../support/scan.ts';
import { NOW, storedSession } from '../../support/sessions.ts';

const USUAL = 'agents/ops/agent/openclaw-agent.sqlite';

/** A database, and the agent that it says it was made for; `ops` when not given. */
type Database = string | readonly [path: string, owner: string];

interface Places {
  /** `session.store`. */
  readonly store?: string;
  /** Of the agent `ops` in the config. */
  readonly agentDir?: string;
  /** Agents beside `ops`. */
  readonly others?: readonly object[];
  /** In the registry, the newest last. */
  readonly registered?: readonly string[];
  /** Where databases are, each with as many sessions as its place in this list. */
  readonly databases: readonly Database[];
  readonly empty?: readonly Database[];
  readonly quarantined?: string;
  readonly mappings?: PathMapping[];
  /** Another folder than the state directory. */
  readonly home?: string;
}

/** A state directory; beside it is room for what lies outside of it. */
function newState(): string {
  const dir = join(newFolder(), 'state');
  mkdirSync(dir);
  return dir;
}

/** A database outside of a state directory. */
function strayOf(dir: string): string {
  return join(dir, '../outside/openclaw-agent.sqlite');
}

/** What was found in a state directory with these databases; their paths may lead out of it. */
async function scan(dir: string, places: Places): Promise<Snapshot> {
  const { store, agentDir, others = [], registered, databases, quarantined, mappings = [], home = '/nobody' } = places;
  const ops = { id: 'ops', ...(agentDir === undefined ? {} : { agentDir }) };
  const config = { session: { store }, agents: { list: [ops, ...others] } };
  writeFileSync(join(dir, 'openclaw.json'), JSON.stringify(config));
  const counted = databases.map((database, at) => [database, at + 1] as const);
  const empty = (places.empty ?? []).map((database) => [database, 0] as const);
  for (const [database, count] of [...counted, ...empty]) {
    const [path, agent] = typeof database === 'string' ? [database, 'ops'] : database;
    const sessions = Array.from({ length: count }, (_, n) => storedSession(`agent:${agent}:${n}`, `id-${n}`));
    writeDatabase({ path: resolve(dir, path), agent, sessions });
  }
  if (registered !== undefined) {
    const agents = registered.map((path, seenMs) => ({ agent: 'ops', path, seenMs }));
    writeStateDatabase({ path: join(dir, 'state/openclaw.sqlite'), version: '2026.9.6', agents });
  }
  if (quarantined !== undefined) {
    mkdirSync(join(dir, 'state'), { recursive: true });
    closedDatabase(
      join(dir, 'state/openclaw-quarantine.sqlite'),
      'CREATE TABLE quarantined_databases (path TEXT)',
      `INSERT INTO quarantined_databases VALUES ('${quarantined}')`,
    );
  }
  const settings = { 'openclaw.path-map': mappings, home };
  return (await testScanner(dir, { now: () => NOW, settings }).quick()).snapshot;
}

/** How many sessions the agent has, which tells the database that was read; else its problem. */
function foundOf({ agents }: Snapshot, name = 'ops'): number | string {
  const agent = agents.find((each) => each.agent === name) ?? expect.unreachable(`no agent ${name}`);
  return agent.readable ? agent.sessions.length : agent.problems.join();
}

/** In the agent's folder, and not where it is usually. */
const MOVED = 'agents/ops/moved/openclaw-agent.sqlite';
const NAME = 'openclaw-agent.sqlite';
const CUSTOM = `custom/${NAME}`;

describe('the database of an agent', () => {
  it.each<[what: string, expected: number | string, places: (dir: string) => Places]>([
    ['is in its own folder', 1, () => ({ databases: [USUAL] })],
    ['is not in the folder of its credentials', 1, () => ({ agentDir: 'custom', databases: [USUAL, CUSTOM] })],
    ['was never in the folder of its credentials', 0, () => ({ agentDir: 'custom', databases: [CUSTOM] })],
    ['is where the registry says', 1, () => ({ registered: [CUSTOM], databases: [CUSTOM] })],
    ['is where the registry says, in full', 1, (dir) => ({ registered: [join(dir, CUSTOM)], databases: [CUSTOM] })],
    [
      'is where the registry says, in a folder that the config names',
      1,
      (dir) => ({ agentDir: dirname(strayOf(dir)), registered: [strayOf(dir)], databases: [strayOf(dir)] }),
    ],
    [
      'is not where the registry says, in a folder that nobody names',
      0,
      (dir) => ({ registered: [strayOf(dir)], databases: [strayOf(dir)] }),
    ],
    [
      'is at its tail of a path of the gateway’s host',
      1,
      () => ({ registered: [`/home/claw/.openclaw/${MOVED}`], databases: [MOVED] }),
    ],
    [
      'is at its tail of a path of Windows',
      1,
      () => ({ registered: [`C:\\claw\\${MOVED.replaceAll('/', '\\')}`], databases: [MOVED] }),
    ],
    [
      'is where a path of the gateway’s host is mapped to',
      1,
      (dir) => ({
        registered: ['/srv/claw/openclaw-agent.sqlite'],
        mappings: [{ from: '/srv/claw', to: join(dir, 'custom') }],
        databases: [CUSTOM],
      }),
    ],
    ['is the usual one before the registry’s', 1, () => ({ registered: [CUSTOM], databases: [USUAL, CUSTOM] })],
    [
      'is the usual one, also an empty one, before the registry’s',
      0,
      () => ({ registered: [CUSTOM], databases: [CUSTOM], empty: [USUAL] }),
    ],
    [
      'is the one with sessions of two in the registry, whichever was seen last',
      1,
      () => ({
        registered: ['b/openclaw-agent.sqlite', 'a/openclaw-agent.sqlite'],
        databases: ['b/openclaw-agent.sqlite'],
        empty: ['a/openclaw-agent.sqlite'],
      }),
    ],
    [
      'is the one of two in the registry that is there',
      1,
      () => ({ registered: [CUSTOM, 'gone/openclaw-agent.sqlite'], databases: [CUSTOM] }),
    ],
    ['is the usual one where the others are gone', 1, () => ({ registered: [CUSTOM], databases: [USUAL] })],
    ['is gone', 'database_missing', () => ({ registered: [CUSTOM], databases: [] })],
    ['is gone from its own folder', 'database_missing', () => ({ registered: [USUAL], databases: [] })],
    ['is gone, and a stray is none', 0, (dir) => ({ registered: [strayOf(dir)], databases: [] })],
    ['was given up, in full', 'database_unreadable', (dir) => ({ quarantined: join(dir, USUAL), databases: [USUAL] })],
    [
      'was given up, as its host has it',
      'database_unreadable',
      () => ({ quarantined: `/home/claw/.openclaw/${USUAL}`, databases: [USUAL] }),
    ],
    [
      'was given up in a folder of its own',
      'database_unreadable',
      (dir) => ({ store: join(dir, 'custom/sessions.json'), quarantined: join(dir, CUSTOM), databases: [CUSTOM] }),
    ],
    [
      'is not the one that was given up',
      1,
      () => ({ quarantined: '/home/claw/.openclaw/agents/kin/agent/openclaw-agent.sqlite', databases: [USUAL] }),
    ],
    ['was never there', 0, () => ({ databases: [] })],
  ])('%s', async (_, expected, places) => {
    const dir = newState();
    expect(foundOf(await scan(dir, places(dir)))).toBe(expected);
  });

  it('of an agent that only the registry knows is no agent’s, there or gone', async () => {
    const dir = newState();
    writeDatabase({ path: join(dir, CUSTOM), agent: 'removed', sessions: [storedSession('agent:removed:main', 'id')] });
    const agents = [{ agent: 'removed', path: CUSTOM }];
    writeStateDatabase({ path: join(dir, 'state/openclaw.sqlite'), version: '2026.9.6', agents });
    const scanner = testScanner(dir, { now: () => NOW });
    const there = (await scanner.quick()).snapshot;
    expect(there.agents).toMatchObject([{ agent: 'main', layout: 'empty', problems: [] }]);
    // Only the registry names it: it may be a person's name.
    const [unused] = there.unusedDatabases;
    expect(unused).toMatchObject({ agent: expect.stringMatching(/^[0-9a-f]{10}$/), place: 'registry', sessions: 1 });
    rmSync(join(dir, 'custom'), { recursive: true });
    const gone = (await scanner.quick()).snapshot;
    expect(gone).toMatchObject({ agents: [{ agent: 'main', layout: 'empty', problems: [] }], unusedDatabases: [] });
  });
});

/** Where 2026.8.1 and 2026.9.6 put the sessions of `main` and `ops`, by their own lists and files. */
describe('the database of a session.store', () => {
  const MAIN = [{ id: 'main', default: true }];
  const owned = (path: string, owner: string): Database => [path, owner];

  it.each<[store: string, main: string, ops: string]>([
    ['agents/{agentId}/sessions/sessions.json', 'agents/main/agent/openclaw-agent.sqlite', USUAL],
    ['x/agents/{agentId}/sessions/sessions.json', 'x/agents/main/agent/openclaw-agent.sqlite', `x/${USUAL}`],
    ['x/{agentId}/sessions.json', 'x/main/openclaw-agent.sqlite', 'x/ops/openclaw-agent.ops.sqlite'],
    [
      'x/{agentId}/sessions/sessions.json',
      'x/main/sessions/openclaw-agent.sqlite',
      'x/ops/sessions/openclaw-agent.ops.sqlite',
    ],
    ['x/sessions.json', 'x/openclaw-agent.sqlite', 'x/openclaw-agent.ops.sqlite'],
    ['x/store.json', 'x/store.sqlite', 'x/store.ops.sqlite'],
    ['x/{agentId}.json', 'x/main.sqlite', 'x/ops.ops.sqlite'],
    ['x/store', 'x/store.sqlite', 'x/store.ops.sqlite'],
    ['x/{agentId}.sqlite', 'x/main.sqlite', 'x/ops.sqlite'],
  ])('%s', async (store, main, ops) => {
    const dir = newState();
    const snapshot = await scan(dir, {
      store: join(dir, store),
      others: MAIN,
      databases: [owned(main, 'main'), owned(ops, 'ops')],
      empty: ['agents/main/agent/openclaw-agent.sqlite', USUAL]
        .filter((path) => path !== main && path !== ops)
        .map((path) => owned(path, path === USUAL ? 'ops' : 'main')),
      // 2026.9.6 opens the usual ones last.
      registered: [...new Set([ops, USUAL])],
    });
    expect([foundOf(snapshot, 'main'), foundOf(snapshot, 'ops')]).toEqual([1, 2]);
    expect(snapshot.agents.map(({ layout, problems }) => [layout, problems])).toEqual([
      ['sqlite', []],
      ['sqlite', []],
    ]);
    expect(snapshot.unusedDatabases).toEqual([]);
  });

  it.each<[what: string, databases: Database[], main: number | string, ops: number | string]>([
    ['the first name was taken by ops', [owned('x/s.sqlite', 'ops'), owned('x/s.main.sqlite', 'main')], 2, 1],
    ['ops has the first name and a later one', [owned('x/s.sqlite', 'ops'), owned('x/s.ops.sqlite', 'ops')], 0, 1],
    [
      'a name of ops was taken by another',
      [owned('x/s.ops.sqlite', 'kin'), owned('x/s.ops.2.sqlite', 'kin'), owned('x/s.ops.3.sqlite', 'ops')],
      0,
      3,
    ],
    ['all names of ops were taken', [owned('x/s.ops.sqlite', 'kin'), owned('x/s.ops.3.sqlite', 'kin')], 0, 0],
    ['only one was made', [owned('x/s.sqlite', 'main')], 1, 0],
  ])('whom the file names has it: %s', async (_, databases, main, ops) => {
    const dir = newState();
    const snapshot = await scan(dir, { store: join(dir, 'x/s.json'), others: MAIN, databases });
    expect([foundOf(snapshot, 'main'), foundOf(snapshot, 'ops')]).toEqual([main, ops]);
  });

  it('that says nothing of its owner is of whom its name says', async () => {
    const dir = newState();
    const places = { store: join(dir, 'x/s.json'), others: MAIN, databases: [] };
    for (const name of ['s.sqlite', 's.ops.sqlite']) {
      mkdirSync(join(dir, 'x'), { recursive: true });
      writeFileSync(join(dir, 'x', name), 'not a database\n'.repeat(1000));
    }
    const snapshot = await scan(dir, places);
    expect([foundOf(snapshot, 'main'), foundOf(snapshot, 'ops')]).toEqual([
      'database_unreadable',
      'database_unreadable',
    ]);
  });

  it('has no owner that the config sets, where a file names one', async () => {
    const dir = newState();
    const snapshot = await scan(dir, {
      store: join(dir, 'x/s.json'),
      others: [{ id: 'main' }],
      databases: [owned('x/s.sqlite', 'main')],
    });
    expect([foundOf(snapshot, 'main'), foundOf(snapshot, 'ops')]).toEqual([1, 0]);
  });

  it('that is one file for all has each session for the agent of its key', async () => {
    const dir = newState();
    const keys = ['agent:main:main', 'agent:ops:main', 'agent:ops:cron:a', 'agent:nobody:main', 'global'];
    const pendingInputs = [{ key: 'agent:ops:main', sessionId: 'id-1', state: 'queued', acceptedMs: 5 } as const];
    mkdirSync(join(dir, 'x'));
    writeDatabase({
      path: join(dir, 'x/all.sqlite'),
      agent: 'main',
      sessions: keys.map((key, n) => storedSession(key, `id-${n}`)),
      pendingInputs,
    });
    const store = join(dir, 'x/all.sqlite');
    const snapshot = await scan(dir, { store, others: MAIN, databases: [] });
    const [ops, main] = snapshot.agents;
    if (!ops?.readable || !main?.readable) expect.unreachable('both are read');
    const keysOf = ({ sessions }: ReadableAgent) => sessions.map((each) => each.session.key);
    expect([keysOf(ops), keysOf(main)]).toEqual([
      // The first agent of the config has what is nobody's.
      ['agent:ops:main', 'agent:ops:cron:a', 'agent:nobody:main', 'global'],
      ['agent:main:main'],
    ]);
    const filesOf = ({ files }: ReadableAgent) => files?.classes.map((each) => [each.class, each.files]);
    expect([filesOf(ops), filesOf(main)]).toEqual([[['database', 1]], []]);
    expect([ops.database?.pendingInputs?.oldestQueuedMs, main.database?.pendingInputs?.oldestQueuedMs]).toEqual([
      5,
      null,
    ]);
    expect([ops.database?.freeBytes, main.database?.freeBytes]).toEqual([0, null]);
    expect(main.sessions[0]?.findings).toEqual([]);
  });

  it('is not read where its folder is not here, whatever lies in the usual place', async () => {
    const dir = newState();
    const store = 'G:\\AI\\openclaw\\{agentId}\\sessions.json';
    const snapshot = await scan(dir, { store, registered: [USUAL], databases: [USUAL] });
    expect(snapshot.agents).toMatchObject([{ agent: 'ops', layout: 'sqlite', problems: ['store_missing'] }]);
    expect(snapshot.unusedDatabases).toMatchObject([{ agent: 'ops', place: 'default place', sessions: 1 }]);
  });

  it('of an agent that was never used is not missing where another agent’s is here', async () => {
    const dir = newState();
    const store = join(dir, 'x/{agentId}/sessions.json');
    const snapshot = await scan(dir, {
      store,
      others: MAIN,
      databases: [owned('x/main/openclaw-agent.sqlite', 'main')],
    });
    expect(snapshot.agents).toMatchObject([
      { agent: 'ops', layout: 'empty', readable: true, problems: [] },
      { agent: 'main', layout: 'sqlite', readable: true, problems: [] },
    ]);
  });
});

describe('a database with sessions that is not used', () => {
  it.each<[what: string, places: (dir: string) => Places, unused: object[]]>([
    ['none', () => ({ databases: [USUAL], registered: [USUAL] }), []],
    ['an empty one', () => ({ databases: [USUAL], empty: [CUSTOM], registered: [CUSTOM] }), []],
    [
      'in the registry',
      () => ({ databases: [USUAL, CUSTOM], registered: [CUSTOM] }),
      [{ agent: 'ops', place: 'registry', sessions: 2 }],
    ],
    [
      'in a folder of credentials',
      () => ({ agentDir: 'custom', databases: [USUAL, CUSTOM], registered: [CUSTOM] }),
      [{ agent: 'ops', place: 'agentDir', sessions: 2 }],
    ],
    [
      'in the usual place',
      (dir) => ({ store: join(dir, 'custom/sessions.json'), databases: [CUSTOM, USUAL] }),
      [{ agent: 'ops', place: 'default place', sessions: 2 }],
    ],
    [
      'beside the one of a session.store',
      (dir) => ({
        store: join(dir, 'custom/sessions.json'),
        databases: [CUSTOM, ['custom/openclaw-agent.kin.sqlite', 'kin']],
      }),
      [{ agent: 'kin', place: 'session.store', sessions: 2 }],
    ],
    ['where nobody may look', (dir) => ({ databases: [USUAL, strayOf(dir)], registered: [strayOf(dir)] }), []],
  ])('%s', async (_, places, unused) => {
    const dir = newState();
    const snapshot = await scan(dir, places(dir));
    expect(snapshot.unusedDatabases).toHaveLength(unused.length);
    expect(snapshot.unusedDatabases).toMatchObject(unused);
    expect(foundOf(snapshot)).toBe(1);
  });
});
