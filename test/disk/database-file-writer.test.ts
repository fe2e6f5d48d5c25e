import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readDatabase } from '../../src/disk/database-file.ts';
import { closedDatabase, commitSeen, startWriter, WAL, type Writer, type WriterOptions } from '../support/databases.ts';

/** Many rounds of filling and emptying the WAL within a few hundred commits. */
const SMALL_WAL = 'PRAGMA wal_autocheckpoint = 50';
const PAGE_BYTES = 4096;

let folder: string;
let root: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'database-writer-')));
  root = join(folder, 'state');
  mkdirSync(root);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function start(name: string, options: Partial<WriterOptions> = {}): Writer & { path: string } {
  const path = join(root, name);
  const committed = join(folder, `${name}.committed`);
  const settings = `${WAL}; ${SMALL_WAL}`;
  return {
    path,
    ...startWriter({ path, committed, commits: 300, pauseMs: 4, settings, truncateEvery: 0, ...options }),
  };
}

/** Reads as fast as it can until the last commit; each read sees at least what was committed before it. */
async function readAllTheTime({ path, committed }: Writer & { path: string }, commits: number) {
  const states = new Set<number>();
  let reads = 0;
  let stale = 0;
  for (let done = 0; done < commits; reads += 1) {
    done = committed();
    const seen = readDatabase(path, root, commitSeen);
    if (seen < done) stale += 1;
    states.add(seen);
    await turn();
  }
  return { reads, states: states.size, stale };
}

it('reads beside a writer: every read is one commit and none is stale; the WAL grows no more than alone', async () => {
  const alone = await start('alone.sqlite').ended;
  const writer = start('read.sqlite');
  const result = await readAllTheTime(writer, 300);
  const { walBytes } = await writer.ended;
  process.stdout.write(`WAL alone ${alone.walBytes} bytes, read ${result.reads} times ${walBytes} bytes\n`);
  expect(result.stale).toBe(0);
  expect(result.states).toBeGreaterThan(10);
  // It may be started anew a few commits later; never, and it would hold all of them: 1500 pages.
  expect(walBytes).toBeLessThan(alone.walBytes + 200 * PAGE_BYTES);
});

it.each([
  ['empties its WAL after every commit', { truncateEvery: 1 }],
  ['empties its WAL often', { truncateEvery: 7 }],
  ['has a rollback journal', { settings: 'PRAGMA journal_mode = DELETE' }],
])('reads beside a writer that %s: every read is one commit and none is stale', async (_, options) => {
  const writer = start('read.sqlite', options);
  const result = await readAllTheTime(writer, 300);
  await writer.ended;
  expect(result.stale).toBe(0);
  expect(result.states).toBeGreaterThan(10);
});

it('reads beside one who opens, commits and closes: nothing of the reader is left behind', async () => {
  const path = join(root, 'agent.sqlite');
  closedDatabase(path, WAL, 'CREATE TABLE events (n INTEGER PRIMARY KEY)', 'CREATE TABLE node (n INTEGER)');
  closedDatabase(path, 'INSERT INTO node VALUES (0)');
  for (let n = 1; n <= 30; n += 1) {
    closedDatabase(path, `BEGIN; INSERT INTO events VALUES (${n}); UPDATE node SET n = ${n}; COMMIT`);
    expect(readDatabase(path, root, commitSeen)).toBe(n);
    await turn();
  }
  expect(readdirSync(root)).toEqual(['agent.sqlite']);
});
