import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { writeDatabase, writeStateDatabase } from '../../../demo/database.ts';
import type { PathMapping } from '../../../src/openclaw/path-map.ts';
import { NOW } from '../../support/beside.ts';
import { session } from '../../support/beside-sqlite.ts';
import { closedDatabase } from '../../support/databases.ts';
import { testScanner } from '../../support/scan.ts';

const USUAL = 'agents/ops/agent/openclaw-agent.sqlite';

interface Places {
  /** Of the agent `ops` in the config. */
  readonly agentDir?: string;
  /** In the registry, the newest last. */
  readonly registered?: readonly string[];
  /** Where databases are, each with as many sessions as its place in this list. */
  readonly databases: readonly string[];
  readonly quarantined?: string;
  readonly mappings?: PathMapping[];
  /** Another folder than the state directory. */
  readonly home?: string;
}

/** How many sessions the agent has, which tells the database that was read; else its problem. */
async function found(places: (dir: string) => Places): Promise<number | string> {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'places-')));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const { agentDir, registered, databases, quarantined, mappings = [], home = '/nobody' } = places(dir);
  const ops = { id: 'ops', ...(agentDir === undefined ? {} : { agentDir }) };
  writeFileSync(join(dir, 'openclaw.json'), JSON.stringify({ agents: { list: [ops] } }));
  for (const [at, path] of databases.entries()) {
    const sessions = Array.from({ length: at + 1 }, (_, n) => session(`agent:ops:${n}`, `id-${n}`));
    writeDatabase({ path: join(dir, path), agent: 'ops', sessions });
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
  const { snapshot } = await testScanner(dir, {
    now: () => NOW,
    settings: { 'openclaw.path-map': mappings, home },
  }).quick();
  const [agent, ...others] = snapshot.agents;
  expect(others).toEqual([]);
  if (agent === undefined) expect.unreachable('the agent is not there');
  return agent.readable ? agent.sessions.length : agent.problems.join();
}

/** In the agent's folder, and not where it is usually. */
const MOVED = 'agents/ops/moved/openclaw-agent.sqlite';
const CUSTOM = 'custom/openclaw-agent.sqlite';

describe('the database of an agent', () => {
  it.each<[what: string, expected: number | string, places: (dir: string) => Places]>([
    ['is in its own folder', 1, () => ({ databases: [USUAL] })],
    ['is where the config says', 1, (dir) => ({ agentDir: join(dir, 'custom'), databases: [CUSTOM] })],
    [
      'is where the config says, with a slash at the end',
      1,
      (dir) => ({ agentDir: `${dir}/custom/`, databases: [CUSTOM] }),
    ],
    ['is in the home of the gateway’s user', 1, (dir) => ({ agentDir: '~/custom', home: dir, databases: [CUSTOM] })],
    ['is relative to the state directory', 1, () => ({ agentDir: 'custom', databases: [CUSTOM] })],
    ['is where the registry says', 1, () => ({ registered: [CUSTOM], databases: [CUSTOM] })],
    ['is where the registry says, in full', 1, (dir) => ({ registered: [join(dir, CUSTOM)], databases: [CUSTOM] })],
    [
      'is at its tail of a path of the gateway’s host',
      1,
      () => ({
        registered: [`/home/claw/.openclaw/${MOVED}`],
        databases: [MOVED],
      }),
    ],
    [
      'is at its tail of a path of Windows',
      1,
      () => ({
        registered: [`C:\\claw\\${MOVED.replaceAll('/', '\\')}`],
        databases: [MOVED],
      }),
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
    [
      'is where the config’s path is mapped to',
      1,
      (dir) => ({
        agentDir: '/srv/claw',
        mappings: [{ from: '/srv', to: dir }],
        databases: ['claw/openclaw-agent.sqlite'],
      }),
    ],
    [
      'is the config’s before the registry’s before the usual one',
      3,
      () => ({
        agentDir: 'first',
        registered: ['second/openclaw-agent.sqlite'],
        databases: [USUAL, 'second/openclaw-agent.sqlite', 'first/openclaw-agent.sqlite'],
      }),
    ],
    ['is the registry’s before the usual one', 2, () => ({ registered: [CUSTOM], databases: [USUAL, CUSTOM] })],
    [
      'is the one that was seen last',
      2,
      () => ({ registered: ['a/openclaw-agent.sqlite', CUSTOM], databases: ['a/openclaw-agent.sqlite', CUSTOM] }),
    ],
    [
      'is the one of two in the registry that is there',
      1,
      () => ({ registered: [CUSTOM, 'gone/openclaw-agent.sqlite'], databases: [CUSTOM] }),
    ],
    [
      'is the usual one where the others are gone',
      1,
      () => ({ agentDir: 'gone', registered: [CUSTOM], databases: [USUAL] }),
    ],
    ['is gone', 'database_missing', () => ({ registered: [CUSTOM], databases: [] })],
    ['is gone from its own folder', 'database_missing', () => ({ registered: [USUAL], databases: [] })],
    ['was given up, in full', 'database_unreadable', (dir) => ({ quarantined: join(dir, USUAL), databases: [USUAL] })],
    [
      'was given up, as its host has it',
      'database_unreadable',
      () => ({
        quarantined: `/home/claw/.openclaw/${USUAL}`,
        databases: [USUAL],
      }),
    ],
    [
      'was given up in a folder of its own',
      'database_unreadable',
      (dir) => ({
        agentDir: 'custom',
        quarantined: join(dir, CUSTOM),
        databases: [CUSTOM],
      }),
    ],
    [
      'is not the one that was given up',
      1,
      () => ({
        quarantined: '/home/claw/.openclaw/agents/kin/agent/openclaw-agent.sqlite',
        databases: [USUAL],
      }),
    ],
    ['was never there', 0, () => ({ agentDir: 'gone', databases: [] })],
  ])('%s', async (_, expected, places) => {
    expect(await found(places)).toBe(expected);
  });

  it('of an agent that only the registry knows is read, and is said to be gone when it is', async () => {
    const dir = realpathSync(mkdtempSync(join(tmpdir(), 'places-')));
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    writeDatabase({ path: join(dir, CUSTOM), agent: 'removed', sessions: [session('agent:removed:main', 'id')] });
    const agents = [{ agent: 'removed', path: CUSTOM }];
    writeStateDatabase({ path: join(dir, 'state/openclaw.sqlite'), version: '2026.9.6', agents });
    for (const path of [CUSTOM, 'state/openclaw.sqlite']) utimesSync(join(dir, path), 1_700_000_000, 1_700_000_000);
    const scanner = testScanner(dir, { now: () => NOW });
    const look = async () => {
      const { snapshot } = await scanner.quick();
      // The default agent, whom no config names here, has nothing.
      const removed = snapshot.agents.filter(({ agent }) => agent !== 'main');
      return removed.map(({ agent, layout, readable, problems }) => ({ agent, layout, readable, problems }));
    };
    const there = [{ agent: 'removed', layout: 'sqlite', readable: true, problems: [] }];
    expect(await look()).toEqual(there);
    renameSync(dirname(join(dir, CUSTOM)), join(dir, 'aside'));
    expect(await look()).toEqual([
      { agent: 'removed', layout: 'sqlite', readable: false, problems: ['database_missing'] },
    ]);
    renameSync(join(dir, 'aside'), dirname(join(dir, CUSTOM)));
    expect(await look()).toEqual(there);
  });
});
