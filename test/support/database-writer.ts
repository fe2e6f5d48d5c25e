import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { WriterOptions } from './databases.ts';

/**
 * A process that commits at a steady pace, as a gateway does: the n-th commit adds event n and says so in `node`.
 * After each commit it writes n to the file `committed`, so that a reader knows what it must see at least.
 */
const { path, committed, commits, pauseMs, settings, truncateEvery } = JSON.parse(
  process.argv[2] ?? '',
) as WriterOptions;
const PAYLOAD = 'x'.repeat(2000);

const database = new DatabaseSync(path, { timeout: 5000 });
database.exec(settings);
const insert = database.prepare('INSERT INTO events VALUES (?, ?)');
const update = database.prepare('UPDATE node SET n = ?');
const progress = openSync(committed, 'r+');
const start = Date.now();
let walBytes = 0;

for (let n = 1; n <= commits; n += 1) {
  database.exec('BEGIN IMMEDIATE');
  insert.run(n, PAYLOAD);
  update.run(n);
  database.exec('COMMIT');
  writeSync(progress, String(n).padStart(8), 0);
  walBytes = Math.max(walBytes, statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0);
  if (truncateEvery > 0 && n % truncateEvery === 0) database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  // At a steady pace from the start: a commit that took long does not move the later ones.
  const wait = start + n * pauseMs - Date.now();
  if (wait > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, wait);
}

closeSync(progress);
database.close();
process.stdout.write(JSON.stringify({ walBytes, elapsedMs: Date.now() - start }));
