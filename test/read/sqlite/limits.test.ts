import { copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { zstdCompressSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { writeDatabase, writeStateDatabase } from '../../../demo/database.ts';
import { MOST_SESSIONS } from '../../../src/model/reading.ts';
import type { Snapshot, SnapshotAgent } from '../../../src/model/snapshot.ts';
import { BAD, badEntry, badSession, damage, databasesBeside, replaceDatabase } from '../../support/beside.ts';
import { closedDatabase, heldDatabase } from '../../support/databases.ts';
import { setWritten } from '../../support/folder.ts';
import { testScanner } from '../../support/scan.ts';
import { figureOf, findingsOf, PLAIN, scanBoth } from '../../support/scans.ts';
import { events, NOW, SETTLED, staleEntryOf, storedSession } from '../../support/sessions.ts';
import { readableAgent } from '../../support/snapshot.ts';

function agentOf({ agents }: Snapshot, name = 'ops'): SnapshotAgent {
  return agents.find(({ agent }) => agent === name) ?? expect.unreachable(`no agent ${name}`);
}

function config(dir: string, agents: object[]): void {
  writeFileSync(
    join(dir, 'openclaw.json'),
    JSON.stringify({ meta: { lastTouchedVersion: '2026.9.6' }, agents: { list: agents } }),
  );
}

it('frames that all unpack to too much end a slice, however small they are', async () => {
  const FRAMES = 60;
  const bomb = zstdCompressSync(Buffer.alloc(4 * 1024 * 1024 + 1, 32));
  const state = databasesBeside({ bad: badSession({ events: [] }) });
  {
    using database = new DatabaseSync(state.database);
    const insert = database.prepare(
      "INSERT INTO transcript_events (session_id, seq, created_at, event_zstd, event_utf8_bytes) VALUES ('bad', ?, 1, ?, 9)",
    );
    for (let seq = 0; seq < FRAMES; seq += 1) insert.run(seq, bomb);
  }
  setWritten(state.database, SETTLED);
  const scanner = testScanner(state.dir, PLAIN);
  await scanner.quick();
  const before = scanner.kept.databases.counts.reads;
  await scanner.deep();
  // Two of them use up a slice of 8 MiB.
  expect(scanner.kept.databases.counts.reads - before).toBeGreaterThan(FRAMES / 3);
});

it('an event of more than 16 MiB is no damage: its bytes count, and it is counted as not judged', async () => {
  const state = databasesBeside({ bad: badSession() });
  const size = 16 * 1024 * 1024 + 1;
  damage(
    state.database,
    `INSERT INTO transcript_events (session_id, seq, created_at, event_json, event_utf8_bytes)
      VALUES ('bad', 99, 1, printf('%.*c', ${size}, '{'), ${size})`,
  );
  const { deep } = await scanBoth(testScanner(state.dir, PLAIN));
  expect(figureOf(deep, 'transcript_bytes', BAD)).toBeGreaterThan(size);
  expect(findingsOf(deep, BAD)).toEqual([]);
  const { snapshot } = await testScanner(state.dir, PLAIN).deep();
  const bad = readableAgent(snapshot, 'ops').sessions.find(({ session: { key } }) => key === BAD);
  expect(bad?.session.transcript).toMatchObject({ badRecords: 0, oversizedRecords: 1 });
});

it('more sessions than an agent may have are read once, and again when the database changes', async () => {
  const state = databasesBeside();
  closedDatabase(
    state.database,
    `INSERT INTO session_nodes (session_key, current_session_id, entry_json, updated_at)
      WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < ${MOST_SESSIONS})
      SELECT 'agent:ops:many-' || n, 'many-' || n, '{}', 1 FROM s`,
  );
  setWritten(state.database, SETTLED);
  const scanner = testScanner(state.dir, PLAIN);
  const refused = { readable: false, problems: ['database_unreadable'] };
  expect(agentOf((await scanner.quick()).snapshot)).toMatchObject(refused);
  const { reads } = scanner.kept.databases.counts;
  expect(agentOf((await scanner.quick()).snapshot)).toMatchObject(refused);
  expect(scanner.kept.databases.counts.reads).toBe(reads);
  damage(state.database, "DELETE FROM session_nodes WHERE session_key LIKE 'agent:ops:many-%'");
  expect(agentOf((await scanner.quick()).snapshot)).toMatchObject({ readable: true, problems: [] });
});

it.each([
  ['a session', "UPDATE session_nodes SET rowid = 9223372036854775807 WHERE current_session_id = 'bad'"],
  ['a session, below zero', "UPDATE session_nodes SET rowid = -5 WHERE current_session_id = 'bad'"],
  ['an event', "UPDATE transcript_events SET rowid = 9223372036854775807 WHERE session_id = 'bad' AND seq = 2"],
  ['an event, below zero', "UPDATE transcript_events SET rowid = -5 WHERE session_id = 'bad' AND seq = 2"],
  [
    'the order of an event',
    "UPDATE transcript_events SET seq = 9223372036854775807 WHERE session_id = 'bad' AND seq = 2",
  ],
])('the largest number in %s changes no figure', async (_, statement) => {
  const [healthy, odd] = [databasesBeside({ bad: badSession() }), databasesBeside({ bad: badSession() })];
  damage(odd.database, statement);
  const [before, after] = await Promise.all([healthy, odd].map(({ dir }) => scanBoth(testScanner(dir, PLAIN))));
  for (const name of ['tokens', 'transcript_bytes', 'messages']) {
    const bytes = before === undefined ? null : figureOf(before.deep, name, BAD);
    expect(bytes, name).not.toBeNull();
    expect(after === undefined ? null : figureOf(after.deep, name, BAD), name).toBe(bytes);
  }
});

it('a transcript of very many keys is asked once for the last usage of all of them', async () => {
  const state = databasesBeside({ bad: badSession({ entry: staleEntryOf('bad') }) });
  damage(
    state.database,
    `INSERT INTO session_nodes (session_key, current_session_id, entry_json, updated_at)
      WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 20000)
      SELECT 'agent:ops:many-' || n, current_session_id, entry_json, updated_at FROM s, session_nodes WHERE session_key = '${BAD}'`,
  );
  const { snapshot } = await testScanner(state.dir, PLAIN).quick();
  expect(agentOf(snapshot)).toMatchObject({ readable: true, problems: [] });
});

it('a size below zero is as if it were not stored: what is packed tells none of its own', async () => {
  const [healthy, odd] = [databasesBeside({ bad: badSession() }), databasesBeside({ bad: badSession() })];
  damage(odd.database, "UPDATE transcript_events SET event_utf8_bytes = -100000 WHERE session_id = 'bad'");
  const [before, after] = await Promise.all([healthy, odd].map(({ dir }) => scanBoth(testScanner(dir, PLAIN))));
  const bytes = [after, before].map((scans) =>
    scans === undefined ? null : figureOf(scans.deep, 'transcript_bytes', BAD),
  );
  expect(bytes[0]).toBeGreaterThan(0);
  expect(bytes[0]).toBeLessThan(bytes[1] ?? 0);
});

it('another database in the place of one starts over, also where its marks are the same', async () => {
  const state = databasesBeside();
  const scanner = testScanner(state.dir, PLAIN);
  await scanner.deep();
  const [header, question, ...rest] = events('ops-0', 1234);
  const longer = { ...(question as object), text: 'other '.repeat(500) };
  replaceDatabase(
    state,
    storedSession('agent:ops:main', 'ops-0', {
      events: [header, longer, ...rest].filter((event) => event !== undefined),
      entry: { ...badEntry(), sessionId: 'ops-0' },
    }),
  );
  const figures = ({ snapshot }: Awaited<ReturnType<typeof scanner.deep>>) =>
    readableAgent(snapshot, 'ops').sessions.map(({ session: { transcript, tokens } }) => ({ transcript, tokens }));
  expect(figures(await scanner.deep())).toEqual(figures(await testScanner(state.dir, PLAIN).deep()));
});

it('a copy of a database in the place of another agent is not of that agent', async () => {
  const state = databasesBeside();
  const copy = join(state.dir, 'agents/two/agent/openclaw-agent.sqlite');
  mkdirSync(dirname(copy), { recursive: true });
  copyFileSync(state.database, copy);
  config(state.dir, [{ id: 'ops' }, { id: 'two' }, { id: 'kin' }]);
  const { snapshot } = await testScanner(state.dir, PLAIN).deep();
  expect(agentOf(snapshot)).toMatchObject({ readable: true });
  expect(agentOf(snapshot, 'two')).toMatchObject({ readable: false, problems: ['database_mismatch'] });
});

it('the quarantine of another database is none of this one', async () => {
  const state = databasesBeside();
  closedDatabase(
    join(state.dir, 'state/openclaw-quarantine.sqlite'),
    'CREATE TABLE quarantined_databases (path TEXT)',
    "INSERT INTO quarantined_databases VALUES ('/srv/state/state/openclaw.sqlite')",
  );
  expect(agentOf((await testScanner(state.dir, PLAIN).deep()).snapshot)).toMatchObject({
    readable: true,
    problems: [],
  });
});

it('an agent that seems empty while the registry cannot be read was not read', async () => {
  const state = databasesBeside();
  const registry = join(state.dir, 'state/openclaw.sqlite');
  mkdirSync(join(state.dir, 'custom'));
  renameSync(state.database, join(state.dir, 'custom/openclaw-agent.sqlite'));
  rmSync(registry, { force: true });
  writeStateDatabase({
    path: registry,
    version: '2026.9.6',
    agents: [{ agent: 'ops', path: 'custom/openclaw-agent.sqlite' }],
  });
  const scanner = testScanner(state.dir, PLAIN);
  expect(agentOf((await scanner.deep()).snapshot)).toMatchObject({ layout: 'sqlite', readable: true });
  writeFileSync(registry, 'garbage that is no database at all');
  setWritten(registry, SETTLED);
  // What it said before is still known.
  expect(agentOf((await scanner.quick()).snapshot)).toMatchObject({ layout: 'sqlite', readable: true });
  const fresh = (await testScanner(state.dir, PLAIN).deep()).snapshot;
  expect(agentOf(fresh)).toMatchObject({ readable: false, problems: ['database_unreadable'] });
  expect(agentOf(fresh, 'kin')).toMatchObject({ readable: true });
});

it('the figures of a locked database are as old as the last look that found them so', async () => {
  const state = databasesBeside({ ops: { journal: 'rollback' } });
  let now = NOW;
  const scanner = testScanner(state.dir, { ...PLAIN, now: () => now });
  await scanner.deep();
  now += 3_600_000;
  await scanner.quick();
  const seenMs = now;
  const held = await heldDatabase(
    state.database,
    'BEGIN EXCLUSIVE',
    'UPDATE session_nodes SET updated_at = updated_at + 1',
  );
  try {
    now += 60_000;
    const locked = agentOf((await scanner.quick()).snapshot);
    expect(locked).toMatchObject({ readable: true, staleSinceMs: seenMs });
    now += 15 * 60_000;
    expect(agentOf((await scanner.quick()).snapshot)).toMatchObject({
      readable: false,
      problems: ['database_unreadable'],
    });
  } finally {
    await held.end('ROLLBACK');
  }
  expect(agentOf((await scanner.quick()).snapshot)).toMatchObject({ readable: true, staleSinceMs: null });
});

it('a database that is written anew beside us keeps nothing of the sessions that it lost', async () => {
  const state = databasesBeside();
  const scanner = testScanner(state.dir, PLAIN);
  await scanner.deep();
  rmSync(state.database);
  writeDatabase({ path: state.database, agent: 'ops', sessions: [storedSession('agent:ops:other', 'other')] });
  const { snapshot } = await scanner.deep();
  expect(readableAgent(snapshot, 'ops').sessions.map((each) => each.session.key)).toEqual(['agent:ops:other']);
});
