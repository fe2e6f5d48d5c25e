import { closeSync, existsSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { WriterOptions, Written } from './databases.ts';

/**
 * A process that commits at a steady pace, as a gateway does: the n-th commit adds event n, removes an old one and
 * says so in `node`.
 * After each commit it writes n to the file `committed`, so that a reader knows what it must see at least. It goes on
 * until the file `stop` is there.
 */
const given: WriterOptions & { readonly keeps: number } = JSON.parse(process.argv[2] ?? '');
const { path, committed, stop, pauseMs, settings, truncateEvery, keeps } = given;
const PAYLOAD = 'x'.repeat(2000);
const { ppid } = process;

// A reader may be in the way for as long as this machine lets it sleep.
const database = new DatabaseSync(path, { timeout: 60_000 });
database.exec(settings);
const insert = database.prepare('INSERT INTO events VALUES (?, ?)');
const remove = database.prepare('DELETE FROM events WHERE n = ?');
const update = database.prepare('UPDATE node SET n = ?');
const progress = openSync(committed, 'r+');
const wals = new Set<string>();
let walBytes = 0;
let commits = 0;

while (!existsSync(stop) && process.ppid === ppid) {
  commits += 1;
  database.exec('BEGIN IMMEDIATE');
  insert.run(commits, PAYLOAD);
  remove.run(commits - keeps);
  update.run(commits);
  database.exec('COMMIT');
  writeSync(progress, String(commits).padStart(8), 0);
  walBytes = Math.max(walBytes, statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0);
  wals.add(walSalts());
  if (truncateEvery > 0 && commits % truncateEvery === 0) database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
}

closeSync(progress);
database.close();
process.stdout.write(JSON.stringify({ commits, walBytes, wals: wals.size } satisfies Written));

/** New ones each time that the WAL is started anew; '' without a WAL. */
function walSalts(): string {
  if (!existsSync(`${path}-wal`)) return '';
  return readFileSync(`${path}-wal`).subarray(16, 24).toString('hex');
}
