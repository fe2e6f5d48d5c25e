import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, expect, it } from 'vitest';
import { readDatabase } from '../../src/disk/database-file.ts';
import {
  closedDatabase,
  commitSeen,
  type ReadBeside,
  readBeside,
  startWriter,
  WAL,
  type WriterOptions,
  type Written,
} from '../support/databases.ts';
import { newFolder } from '../support/folder.ts';

/** Commits that have to be seen; how long that takes is up to the machine. */
const SEEN = 100;

let folder: string;
let root: string;

beforeEach(() => {
  folder = newFolder();
  root = join(folder, 'state');
  mkdirSync(root);
});

/** Reads as fast as it can beside a process that commits. */
async function besideWriter(options: Pick<WriterOptions, 'settings' | 'truncateEvery'>): Promise<ReadBeside & Written> {
  const path = join(root, 'read.sqlite');
  const [committed, stop] = [join(folder, 'committed'), join(folder, 'stop')];
  const writer = startWriter({ path, committed, stop, pauseMs: 1, ...options });
  try {
    const result = await readBeside(writer, SEEN, () => readDatabase(path, root, commitSeen));
    return { ...result, ...(await writer.stop()) };
  } finally {
    await writer.stop();
  }
}

it('reads beside a writer: every read is one commit, none is stale, and the WAL is started anew as without a reader', async () => {
  // A round of filling and emptying the WAL takes ten commits.
  const { stale, busy, commits, wals } = await besideWriter({
    settings: `${WAL}; PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 50`,
    truncateEvery: 0,
  });
  expect({ stale, busy }).toEqual({ stale: 0, busy: 0 });
  expect(commits).toBeGreaterThanOrEqual(SEEN - 1);
  // A reader that kept the WAL would keep it at the first one.
  expect(wals).toBeGreaterThan(1);
});

it.each([
  ['empties its WAL after every commit', WAL, 1],
  ['empties its WAL often', WAL, 7],
  // It may find the writer in the way for longer than it waits.
  ['has a rollback journal', 'PRAGMA journal_mode = DELETE', 0],
])('reads beside a writer that %s: every read is one commit and none is stale', async (_, journal, truncateEvery) => {
  const { stale } = await besideWriter({ settings: `${journal}; PRAGMA synchronous = OFF`, truncateEvery });
  expect(stale).toBe(0);
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
