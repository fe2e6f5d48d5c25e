import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readDatabase } from '../../src/disk/database-file.ts';
import { commitSeen, startWriter, WAL, type Writer } from '../support/databases.ts';

/** A minute at 50 commits a second. */
const COMMITS = 3000;
const PAUSE_MS = 20;
const MIB = 1024 * 1024;

let folder: string;
let root: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'database-minute-')));
  root = join(folder, 'state');
  mkdirSync(root);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function start(name: string, pauseMs: number): Writer & { path: string } {
  const path = join(root, name);
  const committed = join(folder, `${name}.committed`);
  return { path, ...startWriter({ path, committed, commits: COMMITS, pauseMs, settings: WAL, truncateEvery: 0 }) };
}

/** What the reader's process holds once its garbage is collected. */
function memory(): { heap: number; rss: number } {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { heapUsed, rss } = process.memoryUsage();
  return { heap: heapUsed / MIB, rss: rss / MIB };
}

it('reads a database for a minute of 50 commits a second: no error, nothing stale, WAL and memory as without', async () => {
  // The WAL depends on the commits, not on their pace.
  const alone = await start('alone.sqlite', 0).ended;
  const { path, committed, ended } = start('read.sqlite', PAUSE_MS);
  let reads = 0;
  let stale = 0;
  let early: ReturnType<typeof memory> | null = null;
  for (let done = 0; done < COMMITS; reads += 1) {
    done = committed();
    if (readDatabase(path, root, commitSeen) < done) stale += 1;
    if (early === null && done > COMMITS / 3) early = memory();
    await turn();
  }
  const late = memory();
  const { walBytes, elapsedMs } = await ended;

  process.stdout.write(
    `${reads} reads in ${Math.round(elapsedMs / 1000)} s beside ${COMMITS} commits, ${stale} stale; ` +
      `WAL at most ${walBytes} bytes, without a reader ${alone.walBytes}; ` +
      `heap ${early?.heap.toFixed(1)} then ${late.heap.toFixed(1)} MiB, rss ${early?.rss.toFixed(0)} then ${late.rss.toFixed(0)} MiB\n`,
  );
  expect(stale).toBe(0);
  expect(elapsedMs).toBeGreaterThanOrEqual(COMMITS * PAUSE_MS);
  // It is started anew at about 4 MB; where a reader holds that up for a moment, a few commits later.
  expect(walBytes).toBeLessThan(alone.walBytes * 1.25);
  expect(late.heap - (early?.heap ?? 0)).toBeLessThan(16);
  expect(late.rss - (early?.rss ?? 0)).toBeLessThan(64);
}, 180_000);
