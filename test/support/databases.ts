import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process';
import { lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { DatabaseError } from '../../src/disk/database-state.ts';
import type { HolderAnswer, HolderRequest } from './database-holder.ts';
import { madeOnce } from './made-once.ts';
import { IS_ROOT } from './nobody.ts';

const HOLDER = join(import.meta.dirname, 'database-holder.ts');
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

/** A new database whose owner was killed after the last statement. */
export function killedDatabase(path: string, ...statements: string[]): void {
  madeOnce(`killed ${JSON.stringify(statements)}`, path, (at) => {
    const script = `const { DatabaseSync } = require('node:sqlite');
      const database = new DatabaseSync(${JSON.stringify(at)});
      for (const statement of ${JSON.stringify(statements)}) database.exec(statement);
      process.kill(process.pid, 'SIGKILL');`;
    const { signal, stderr } = spawnSync(process.execPath, ['--eval', script], { encoding: 'utf8' });
    if (signal !== 'SIGKILL') throw new Error(stderr);
  });
}

export interface HeldDatabase {
  /** Runs one more statement and closes it; once. */
  end(last?: string): Promise<void>;
}

let holder: ChildProcess | null = null;
let holds = 0;

/** A database that another process has open after the last statement, until the test is over at the latest. */
export async function heldDatabase(path: string, ...statements: string[]): Promise<HeldDatabase> {
  holds += 1;
  const id = holds;
  await ask({ type: 'hold', id, path, statements });
  let ended: Promise<void> | null = null;
  const end = (last = 'SELECT 1') => {
    ended ??= ask({ type: 'end', id, last });
    return ended;
  };
  onTestFinished(() => end());
  return { end };
}

/** Resolves when the process that holds databases has done it; the same one holds them all. */
async function ask(request: HolderRequest): Promise<void> {
  holder ??= startHolder();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const answer = ({ id, error }: HolderAnswer) => {
    if (id !== request.id) return;
    holder?.off('message', answer);
    if (error === null) resolve();
    else reject(new Error(error));
  };
  holder.on('message', answer);
  holder.send(request);
  await promise;
}

function startHolder(): ChildProcess {
  const child = fork(HOLDER, { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  child.setMaxListeners(0);
  // It ends with this process, which need not wait for it.
  child.unref();
  child.channel?.unref();
  return child;
}

/** The newest events, so that a read takes as long late as early. */
const WRITER_KEEPS = 100;

export interface WriterOptions {
  readonly path: string;
  /** The file that says how many commits there are. */
  readonly committed: string;
  /** The file that ends it. */
  readonly stop: string;
  /** Between two commits. */
  readonly pauseMs: number;
  readonly settings: string;
  /** How many commits come between two checkpoints that empty the WAL; 0 for none. */
  readonly truncateEvery: number;
}

/** What a writer did. */
export interface Written {
  readonly commits: number;
  /** The largest WAL after a commit. */
  readonly walBytes: number;
  /** How often the WAL was started anew, the first time included. */
  readonly wals: number;
}

export interface Writer {
  /** The number of the newest commit that is known to be done. */
  committed(): number;
  stop(): Promise<Written>;
}

/** Starts a process that commits until it is stopped. */
export function startWriter(options: WriterOptions): Writer {
  closedDatabase(
    options.path,
    options.settings,
    'CREATE TABLE events (n INTEGER PRIMARY KEY, payload TEXT)',
    'CREATE TABLE node (n INTEGER)',
    'INSERT INTO node VALUES (0)',
  );
  writeFileSync(options.committed, '0'.padStart(8));
  const given = JSON.stringify({ ...options, keeps: WRITER_KEEPS });
  const child = spawn(process.execPath, [WRITER, given], { stdio: ['ignore', 'pipe', 'inherit'] });
  const output = text(child.stdout);
  return {
    committed: () => Number(readFileSync(options.committed, 'utf8')),
    async stop() {
      writeFileSync(options.stop, '');
      return JSON.parse(await output);
    },
  };
}

export interface ReadBeside {
  readonly reads: number;
  /** Reads that showed less than what was committed before them. */
  readonly stale: number;
  /** Reads that gave up since the writer was in the way. */
  readonly busy: number;
}

/** Reads a database beside its writer until so many of its commits were seen. */
export async function readBeside({ committed }: Writer, seenCommits: number, read: () => number): Promise<ReadBeside> {
  const seen = new Set<number>();
  let [reads, stale, busy] = [0, 0, 0];
  while (seen.size < seenCommits) {
    const done = committed();
    reads += 1;
    try {
      const commit = read();
      if (commit < done) stale += 1;
      seen.add(commit);
    } catch (error) {
      if (!(error instanceof DatabaseError && error.problem === 'busy')) throw error;
      busy += 1;
    }
    await turn();
  }
  return { reads, stale, busy };
}

/** The number of the commit that a reader sees; throws when what it sees is not one commit's state. */
export function commitSeen(database: DatabaseSync): number {
  const node = database.prepare('SELECT n FROM node').get();
  const events = database.prepare('SELECT count(*) AS count, coalesce(max(n), 0) AS max FROM events').get();
  const n = Number(node?.n);
  if (n !== events?.max || Math.min(n, WRITER_KEEPS) !== events?.count) throw new Error(JSON.stringify([node, events]));
  return n;
}
