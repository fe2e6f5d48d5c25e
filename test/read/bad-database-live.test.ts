import { execFileSync, spawn } from 'node:child_process';
import { renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { createZstdCompress } from 'node:zlib';
import { describe, expect, it } from 'vitest';
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
import { heldDatabase } from '../support/databases.ts';
import { seriesOf } from '../support/exposition.ts';
import { setWritten } from '../support/folder.ts';
import { testScanner } from '../support/scan.ts';
import { agentSeries, figureOf, findingsOf, PLAIN, parsed, problemsOf, scanBoth, watcher } from '../support/scans.ts';
import { events, NOW, SETTLED, storedSession } from '../support/sessions.ts';

const SCAN_MODULE = join(import.meta.dirname, '../support/scan.ts');
const MIB = 1024 * 1024;

describe('a frame that unpacks to half a gigabyte', () => {
  /** Both scans of one state directory and then of another, in a process of its own; how many bytes that one took more. */
  async function extraMemory(first: string, second: string): Promise<number> {
    const script = `
      const { testScanner } = await import(${JSON.stringify(SCAN_MODULE)});
      const most = [];
      for (const dir of ${JSON.stringify([first, second])}) {
        const scanner = testScanner(dir, { now: () => ${NOW}, settings: { salt: null } });
        await scanner.quick();
        await scanner.deep();
        most.push(process.resourceUsage().maxRSS * 1024);
      }
      process.stdout.write(String(most[1] - most[0]));`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return Number(await text(child.stdout));
  }

  it('is damage, and takes no memory', async () => {
    const healthy = databasesBeside({ bad: badSession() });
    const before = await scanOf({ bad: badSession() });
    // In parts: what this process takes counts as taken by those that it starts.
    const parts = Readable.from(Array.from({ length: 512 }).fill(Buffer.alloc(MIB, ' ')));
    const bomb = await buffer(parts.pipe(createZstdCompress()));
    const state = databasesBeside({ bad: badSession() });
    damage(
      state.database,
      `UPDATE transcript_events SET event_json = NULL, event_zstd = x'${bomb.toString('hex')}' WHERE session_id = 'bad' AND seq = 2`,
    );
    const after = await scanBoth(testScanner(state.dir, PLAIN));
    expectUntouched(after, before, { isLost: true });
    expect(findingsOf(after.deep, BAD)).toEqual(['invalid_json']);
    expect(await extraMemory(healthy.dir, state.dir)).toBeLessThan(64 * MIB);
  });
});

describe('a database that changes while it is read', () => {
  /** Acts in the pause behind the first slice of `ops`; the pause before it belongs to the look for agents. */
  async function changedMeanwhile(act: (state: DatabasesBeside) => void) {
    const before = await scanOf({ bad: badSession() });
    const state = databasesBeside({ bad: badSession() });
    let pauses = 0;
    const pause = async () => {
      pauses += 1;
      if (pauses === 2) act(state);
    };
    const { quick, deep } = watcher(testScanner(state.dir, { ...PLAIN, pause }));
    const scans = [await quick(), await quick(), await deep()];
    for (const [at, families] of scans.entries())
      expectSame(families, at === 2 ? before.deep : before.quick, { isLost: true });
    return scans;
  }

  it.each<[what: string, problem: string, act: (state: DatabasesBeside) => void]>([
    ['deleted', 'database_missing', ({ database }) => rmSync(database)],
    ['deleted with its folder', 'database_missing', ({ database }) => rmSync(dirname(database), { recursive: true })],
    [
      'replaced by text',
      'database_unreadable',
      ({ database }) => {
        writeFileSync(`${database}.new`, 'not a database\n'.repeat(1000));
        setWritten(`${database}.new`, SETTLED);
        renameSync(`${database}.new`, database);
      },
    ],
    [
      'replaced by a link out',
      'database_unreadable',
      ({ database }) => {
        rmSync(database);
        symlinkSync(databasesBeside().database, database);
      },
    ],
    [
      'replaced by a FIFO',
      'database_unreadable',
      ({ database }) => {
        rmSync(database);
        execFileSync('mkfifo', [database]);
      },
    ],
    ['cut off', 'database_unreadable', ({ database }) => truncateSync(database, 8 * 4096)],
  ])('%s: its agent alone has no figures, at once', async (_, problem, act) => {
    for (const families of await changedMeanwhile(act)) expectUnread(families, problem);
  });

  it('replaced by another one: the next scan has what is in that', async () => {
    const [, ...after] = await changedMeanwhile((state) =>
      replaceDatabase(
        state,
        storedSession('agent:ops:main', 'new', { events: events('new', 4321), entry: badEntry({ sessionId: 'new' }) }),
      ),
    );
    for (const families of after) {
      expect(seriesOf(families, 'openclaw_store_sessions')).toMatchObject({ 'agent="ops",kind="main"': 1 });
      expect(
        Object.values(seriesOf(families, 'openclaw_store_session_tokens')).filter((tokens) => tokens === 4321),
      ).toHaveLength(1);
      expect(figureOf(families, 'tokens', BAD)).toBeNull();
      expect(problemsOf(families, 'ops')).toEqual([]);
    }
  });

  it('deleted between the slices of a deep scan: the look at its end says so', async () => {
    const before = await scanOf({ bad: badSession() });
    const state = databasesBeside({ bad: badSession() });
    let isDeep = false;
    const scanner = testScanner(state.dir, {
      ...PLAIN,
      pause: async () => {
        if (isDeep) rmSync(state.database, { force: true });
      },
    });
    const quick = parsed((await scanner.quick()).rendered);
    isDeep = true;
    const deep = parsed((await scanner.deep()).rendered);
    expectSame(quick, before.quick);
    expectSame(deep, before.deep, { isLost: true });
    expectUnread(deep, 'database_missing');
  });
});

describe('a database that is locked for longer than we wait', () => {
  const MINUTE = 60_000;
  /** As a writer of a rollback journal has it in the middle of a transaction that reached the file. */
  const LOCK = ['BEGIN EXCLUSIVE', `UPDATE session_nodes SET updated_at = updated_at + 1`];

  it('has the figures of before with their age, and new ones when it is free', async () => {
    const state = databasesBeside({ ops: { journal: 'rollback' }, bad: badSession() });
    let now = NOW;
    const scanner = testScanner(state.dir, { ...PLAIN, now: () => now });
    const before = await scanBoth(scanner);
    expect(seriesOf(before.deep, 'openclaw_store_stale_since_timestamp_seconds')).toEqual({});
    const held = await heldDatabase(state.database, ...LOCK);
    now += 5 * MINUTE;
    const during = await scanBoth(scanner);
    const expected = { quick: before.deep, deep: before.deep, snapshot: before.snapshot };
    expectUntouched(during, expected);
    for (const families of [during.quick, during.deep]) {
      expect(seriesOf(families, 'openclaw_store_stale_since_timestamp_seconds')).toEqual({ 'agent="ops"': NOW / 1000 });
      expect(agentSeries(families, 'ops')).toMatchObject({
        'openclaw_store_readable agent="ops"': 1,
        'openclaw_store_problem agent="ops",reason="database_unreadable"': 0,
      });
      expect(figureOf(families, 'tokens', BAD)).toBe(700);
    }
    await held.end('ROLLBACK');
    now += MINUTE;
    const after = await scanBoth(scanner);
    expect(seriesOf(after.deep, 'openclaw_store_stale_since_timestamp_seconds')).toEqual({});
    expect(agentSeries(after.deep, 'ops')).toEqual(agentSeries(before.deep, 'ops'));
  });

  it('has no figures where there were none before', async () => {
    const before = await scanOf({ ops: { journal: 'rollback' } });
    const state = databasesBeside({ ops: { journal: 'rollback' } });
    const held = await heldDatabase(state.database, ...LOCK);
    const scanner = testScanner(state.dir, PLAIN);
    const during = await scanBoth(scanner);
    await held.end('ROLLBACK');
    expectUntouched(during, before, { isLost: true });
    for (const families of [during.quick, during.deep]) expectUnread(families, 'database_unreadable');
    const after = await scanBoth(scanner);
    expectUntouched(after, { ...before, quick: before.deep });
  });

  it('shows no figures that are older than a quarter of an hour', async () => {
    const state = databasesBeside({ ops: { journal: 'rollback' } });
    let now = NOW;
    const scanner = testScanner(state.dir, { ...PLAIN, now: () => now });
    await scanner.deep();
    const held = await heldDatabase(state.database, ...LOCK);
    const readable = async () => {
      const { snapshot } = await scanner.quick();
      return snapshot.agents.find(({ agent }) => agent === 'ops')?.readable;
    };
    now += 15 * MINUTE;
    expect(await readable()).toBe(true);
    now += 1;
    expect(await readable()).toBe(false);
    await held.end('ROLLBACK');
    expect(await readable()).toBe(true);
  });

  it.each([
    ['forward by a year', 365 * 24 * 60 * MINUTE],
    ['back by a day', -24 * 60 * MINUTE],
  ])('has them for as long when somebody sets the clock %s, with the age that they have', async (_how, byMs) => {
    const state = databasesBeside({ ops: { journal: 'rollback' } });
    const [start, clock] = [NOW, { wallMs: NOW, steadyMs: 0 }];
    const scanner = testScanner(state.dir, { ...PLAIN, clock: () => ({ ...clock }) });
    await scanner.deep();
    const held = await heldDatabase(state.database, ...LOCK);
    const stale = async () => {
      const ops = (await scanner.quick()).snapshot.agents.find(({ agent }) => agent === 'ops');
      return ops?.readable === true ? ops.staleSinceMs : null;
    };
    clock.wallMs += byMs;
    expect(await stale()).toBe(start + byMs);
    clock.wallMs += 15 * MINUTE;
    clock.steadyMs += 15 * MINUTE;
    expect(await stale()).toBe(start + byMs);
    clock.steadyMs += 1;
    expect(await stale()).toBeNull();
    await held.end('ROLLBACK');
  });
});
