import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeEach, expect, it } from 'vitest';
import { readDatabase } from '../../src/disk/database-file.ts';
import { commitSeen, readBeside, startWriter, WAL } from '../support/databases.ts';
import { newFolder } from '../support/folder.ts';

/** Commits to see before memory is looked at for the first time, and from then on. */
const WARM_UP = 100;
const SEEN = 300;
const MIB = 1024 * 1024;

let folder: string;
let root: string;

beforeEach(() => {
  folder = newFolder();
  root = join(folder, 'state');
  mkdirSync(root);
});

/** What the reader's process holds once its garbage is collected. */
function memory(): { heap: number; rss: number } {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { heapUsed, rss } = process.memoryUsage();
  return { heap: heapUsed / MIB, rss: rss / MIB };
}

it('reads a database beside hundreds of commits: no error, nothing stale, the WAL starts anew, memory stays', async () => {
  const path = join(root, 'read.sqlite');
  const [committed, stop] = [join(folder, 'committed'), join(folder, 'stop')];
  const writer = startWriter({
    path,
    committed,
    stop,
    pauseMs: 1,
    settings: `${WAL}; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 100`,
    truncateEvery: 0,
  });
  const read = () => readDatabase(path, root, commitSeen);
  const first = await readBeside(writer, WARM_UP, read);
  const early = memory();
  const then = await readBeside(writer, SEEN, read);
  const late = memory();
  const { commits, walBytes, wals } = await writer.stop();

  process.stdout.write(
    `${first.reads + then.reads} reads beside ${commits} commits, ${first.stale + then.stale} stale; ` +
      `${wals} WALs of at most ${walBytes} bytes; heap ${early.heap.toFixed(1)} then ${late.heap.toFixed(1)} MiB, ` +
      `rss ${early.rss.toFixed(0)} then ${late.rss.toFixed(0)} MiB\n`,
  );
  expect([first.stale, then.stale, first.busy, then.busy]).toEqual([0, 0, 0, 0]);
  expect(wals).toBeGreaterThan(1);
  expect(late.heap - early.heap).toBeLessThan(16);
  expect(late.rss - early.rss).toBeLessThan(64);
}, 180_000);
