import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';

export const IS_ROOT = process.getuid?.() === 0;
/** Somebody whom modes apply to; root itself may read everything. */
export const NOBODY = 65_534;
const WRITER = join(import.meta.dirname, 'database-writer.ts');

export const WAL = 'PRAGMA journal_mode = WAL';
/** Two commits: 10 events and 20 more, so that a WAL that is not read is noticed. */
export const THIRTY_EVENTS = [
  'CREATE TABLE events (n INTEGER PRIMARY KEY, payload TEXT)',
  insertEvents(1, 10),
  insertEvents(11, 30),
];

export function insertEvents(first: number, last: number): string {
  return `INSERT INTO events WITH RECURSIVE s (n) AS (SELECT ${first} UNION ALL SELECT n + 1 FROM s WHERE n < ${last})
    SELECT n, hex(zeroblob(500)) FROM s`;
}

/** The names in a folder and all that tells whether a file was touched; as its owner also the ctime. */
export function listing(folder: string, withCtime = !IS_ROOT): string[] {
  return ['.', ...readdirSync(folder).sort()].map((name) => {
    const { size, mode, uid, gid, mtimeMs, ctimeMs, ino } = lstatSync(join(folder, name));
    return [name, size, mode.toString(8), uid, gid, mtimeMs, ino, withCtime ? ctimeMs : ''].join(' ');
  });
}

/** A database that its owner has closed. */
export function closedDatabase(path: string, ...statements: string[]): void {
  using database = new DatabaseSync(path);
  database.exec('PRAGMA synchronous = OFF');
  for (const statement of statements) database.exec(statement);
}

/** A database whose owner was killed after the last statement. */
export function killedDatabase(path: string, ...statements: string[]): void {
  const script = `${executed(path, statements)} process.kill(process.pid, 'SIGKILL');`;
  const { signal, stderr } = spawnSync(process.execPath, ['--eval', script], { encoding: 'utf8' });
  if (signal !== 'SIGKILL') throw new Error(stderr);
}

export interface HeldDatabase {
  end(last?: string): Promise<void>;
}

/** A database that another process has open after the last statement; `end` runs one more and closes it. */
export async function heldDatabase(path: string, ...statements: string[]): Promise<HeldDatabase> {
  const script = `${executed(path, statements)}
    process.stdout.write('held');
    process.stdin.once('data', (last) => { database.exec(String(last)); database.close(); process.exit(); });`;
  const child = spawn(process.execPath, ['--eval', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  await Promise.race([once(child.stdout, 'data'), exited]);
  return {
    async end(last = 'SELECT 1') {
      child.stdin.end(last);
      await exited;
    },
  };
}

export interface WriterOptions {
  readonly path: string;
  /** The file that says how many commits there are. */
  readonly committed: string;
  readonly commits: number;
  /** From one commit to the next. */
  readonly pauseMs: number;
  readonly settings: string;
  /** How many commits come between two checkpoints that empty the WAL; 0 for none. */
  readonly truncateEvery: number;
}

export interface Writer {
  /** The number of the newest commit that is known to be done. */
  committed(): number;
  /** The largest WAL after a commit. */
  readonly ended: Promise<{ walBytes: number; elapsedMs: number }>;
}

/** Starts a process that commits. */
export function startWriter(options: WriterOptions): Writer {
  closedDatabase(
    options.path,
    options.settings,
    'CREATE TABLE events (n INTEGER PRIMARY KEY, payload TEXT)',
    'CREATE TABLE node (n INTEGER)',
    'INSERT INTO node VALUES (0)',
  );
  writeFileSync(options.committed, '0'.padStart(8));
  const child = spawn(process.execPath, [WRITER, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] });
  return {
    committed: () => Number(readFileSync(options.committed, 'utf8')),
    ended: text(child.stdout).then((output) => JSON.parse(output)),
  };
}

/** The number of the commit that a reader sees; throws when what it sees is not one commit's state. */
export function commitSeen(database: DatabaseSync): number {
  const node = database.prepare('SELECT n FROM node').get();
  const events = database.prepare('SELECT count(*) AS count, coalesce(max(n), 0) AS max FROM events').get();
  if (node?.n !== events?.count || node?.n !== events?.max) throw new Error(JSON.stringify([node, events]));
  return Number(node?.n);
}

function executed(path: string, statements: readonly string[]): string {
  return `const { DatabaseSync } = require('node:sqlite');
    const database = new DatabaseSync(${JSON.stringify(path)});
    for (const statement of ${JSON.stringify(statements)}) database.exec(statement);`;
}
