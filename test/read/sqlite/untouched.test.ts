import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BAD, badSession, type DatabasesBeside, databasesBeside } from '../../support/beside.ts';
import { heldDatabase, listing } from '../../support/databases.ts';
import { seriesOf } from '../../support/exposition.ts';
import { giveToNobody } from '../../support/nobody.ts';
import { testScanner } from '../../support/scan.ts';
import { figureOf, PLAIN, parsed, scanAsNobody } from '../../support/scans.ts';

/** Every folder of a state directory with all that tells whether something in it was touched. */
function everything(dir: string, withCtime?: boolean): Record<string, string[]> {
  const folders = readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries([dir, ...folders].map((folder) => [folder, listing(folder, withCtime)]));
}

function zeroShm(state: DatabasesBeside): void {
  const { size } = statSync(`${state.database}-shm`);
  writeFileSync(`${state.database}-shm`, Buffer.alloc(size));
}

/** Another process has it open, with a transaction in the WAL that is not in the database. */
async function hold(path: string): Promise<void> {
  const held = await heldDatabase(
    path,
    'PRAGMA wal_autocheckpoint = 0',
    `UPDATE session_nodes SET entry_json = json_set(entry_json, '$.totalTokens', 555, '$.totalTokensFresh', json('true')) WHERE session_key = '${BAD}'`,
  );
  onTestFinished(() => held.end());
}

const STATES: [what: string, tokens: number, files: string, make: () => Promise<DatabasesBeside>][] = [
  ['cleanly closed', 700, '', async () => databasesBeside({ bad: badSession() })],
  [
    'stopped, with an empty WAL',
    700,
    '-shm -wal',
    async () => databasesBeside({ bad: badSession(), ops: { ending: 'stopped' } }),
  ],
  [
    'running, with content in its WAL',
    555,
    '-shm -wal',
    async () => {
      const state = databasesBeside({ bad: badSession() });
      await hold(state.database);
      return state;
    },
  ],
  [
    'crashed, with content in its WAL',
    700,
    '-shm -wal',
    async () => databasesBeside({ bad: badSession(), ops: { ending: 'killed' } }),
  ],
  [
    'crashed, whose shm is zeros',
    700,
    '-shm -wal',
    async () => {
      const state = databasesBeside({ bad: badSession(), ops: { ending: 'killed' } });
      zeroShm(state);
      return state;
    },
  ],
  ['of a rollback journal', 700, '', async () => databasesBeside({ bad: badSession(), ops: { journal: 'rollback' } })],
];

describe('scans, one after the other, touch nothing', () => {
  it.each(STATES)('of a database that is %s', async (_, tokens, files, make) => {
    const state = await make();
    expect(besides(state)).toBe(files);
    const before = everything(state.dir);
    const kept = testScanner(state.dir, PLAIN);
    let last = parsed((await kept.deep()).rendered);
    // What was read once is not opened again while it stays as it is: others begin with nothing.
    for (let at = 0; at < 4; at += 1) {
      const scanner = testScanner(state.dir, PLAIN);
      last = parsed((await (at % 2 === 0 ? scanner.quick() : scanner.deep())).rendered);
      await (at % 2 === 0 ? kept.deep() : kept.quick());
      expect(scanner.kept.databases.counts.reads).toBeGreaterThan(0);
    }
    expect(everything(state.dir)).toEqual(before);
    expect(figureOf(last, 'tokens', BAD)).toBe(tokens);
    expect(Object.values(seriesOf(last, 'openclaw_store_readable'))).toEqual([1, 1, 1]);
  });

  it.each(STATES)('as the owner of one that is %s, not even a ctime', async (_, tokens, files, make) => {
    const state = await make();
    giveToNobody(state.dir);
    expect(besides(state)).toBe(files);
    const before = everything(state.dir, true);
    const { deep } = await scanAsNobody(state.dir, 3);
    expect(everything(state.dir, true)).toEqual(before);
    expect(figureOf(deep, 'tokens', BAD)).toBe(tokens);
  });
});

function besides({ database }: DatabasesBeside): string {
  const names = readdirSync(dirname(database));
  return names
    .map((name) => name.replace('openclaw-agent.sqlite', ''))
    .filter((suffix) => suffix !== '')
    .sort()
    .join(' ');
}
