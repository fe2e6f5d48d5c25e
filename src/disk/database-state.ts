import { accessSync, constants, realpathSync } from 'node:fs';
import { codeOf } from '../errors.ts';
import { CLOCK_TICK_MS, DiskError, diskError, type FileSignature, openFile, readAt, signatureOf } from './files.ts';
import { isWalHeader, WAL_HEADER_BYTES } from './wal-header.ts';

/** Why a database could not be read. */
export type DatabaseProblem = 'missing' | 'permission_denied' | 'database_unreadable' | 'wal_without_shm' | 'busy';

export class DatabaseError extends Error {
  readonly problem: DatabaseProblem;

  constructor(problem: DatabaseProblem, options?: ErrorOptions) {
    super(problem, options);
    this.name = 'DatabaseError';
    this.problem = problem;
  }
}

/** Whether it is about a database or its files: ours, or one of SQLite that came through (a table that is not there). */
export function isDatabaseError(error: unknown): error is Error {
  return error instanceof DatabaseError || codeOf(error) === 'ERR_SQLITE_ERROR';
}

/** A database file, and the sidecar files that SQLite keeps beside it. */
export interface DatabaseState {
  /** Without links: SQLite looks for the other files beside the real file. */
  readonly path: string;
  readonly main: FileSignature;
  readonly wal: FileSignature | null;
  readonly shm: FileSignature | null;
  readonly journal: FileSignature | null;
  /** When it was looked at, in milliseconds since the epoch. */
  readonly seenMs: number;
}

/**
 * `locked`: with SQLite's own locks. `immutable`: without any, where opening it with them would make files; what was
 * read stands only if the files were the same before and after.
 */
export type OpeningMode = 'locked' | 'immutable';

const MAGIC = Buffer.from('SQLite format 3\0');
const PAGE_SIZE_AT = MAGIC.length;
const READ_VERSION_AT = MAGIC.length + 3;
const WAL_VERSION = 2;
/** A file that its owner has just made has no content until the first statement. */
const NEW_FILE_MS = 60_000;

/** Looks at the files without opening any: opening a FIFO can block for ever, also for SQLite. Throws a DatabaseError. */
export function databaseState(path: string, root: string): DatabaseState {
  try {
    const real = realpathSync.native(path);
    const folders = new Map<string, string>();
    return {
      path: real,
      main: signatureOf(path, root, folders),
      wal: sidecar(`${real}-wal`, root, folders),
      shm: sidecar(`${real}-shm`, root, folders),
      journal: sidecar(`${real}-journal`, root, folders),
      seenMs: Date.now(),
    };
  } catch (error) {
    throw problemOfDisk(error);
  }
}

/**
 * What tells one state of the database from another without opening it: size, mtime and inode of the file, of its -wal
 * and of its -journal. A state so young that its times cannot tell it from the next one equals no other.
 * Throws a DatabaseError.
 */
export function databaseSignature(path: string, root: string): string {
  return databaseFiles(path, root).signature;
}

/** The signature, and what tells another database from the same one that was written to. Throws a DatabaseError. */
export function databaseFiles(path: string, root: string): { signature: string; inode: number; bytes: number } {
  const state = databaseState(path, root);
  const text = stateText(state);
  const signature = isOlderThanClockTick(state) ? text : `${text} ${process.hrtime.bigint()}`;
  return { signature, inode: state.main.inode, bytes: state.main.size };
}

export function stateText({ main, wal, journal }: DatabaseState): string {
  return [main, wal, journal].map((file) => file && `${file.size}:${file.mtimeMs}:${file.inode}`).join(' ');
}

/**
 * How to open it so that nothing is changed and nothing is missed. Returns a problem that may be gone at the next look,
 * while its owner opens or closes it; throws one that will not.
 */
export function openingMode(state: DatabaseState, root: string): OpeningMode | DatabaseError {
  if (state.main.size === 0) throw emptyFile(state);
  if (!canReadSidecars(state)) return new DatabaseError('busy');
  const header = readFirst(state.path, READ_VERSION_AT + 1, root);
  if (header.length <= READ_VERSION_AT || !header.subarray(0, MAGIC.length).equals(MAGIC))
    throw new DatabaseError('database_unreadable');
  const walBytes = state.wal?.size ?? 0;
  if (walBytes > 0 && !hasWalHeader(state, pageSize(header), root)) return new DatabaseError('database_unreadable');
  if (walBytes > WAL_HEADER_BYTES) return state.shm === null ? new DatabaseError('wal_without_shm') : 'locked';
  const hasJournal = state.journal !== null && state.journal.size > 0;
  if (!hasJournal && state.main.size % pageSize(header) !== 0) return new DatabaseError('database_unreadable');
  // Bytes 18 and 19 are written together; 19 is the one that makes a reader open the WAL.
  if (header[READ_VERSION_AT] !== WAL_VERSION) return 'locked';
  // A journal of the statement that turns WAL on, under way or cut off: only its writer may undo it.
  if (hasJournal) return new DatabaseError('database_unreadable');
  if (isOlderThanClockTick(state)) return 'immutable';
  // With a header alone and no gateway SQLite would look for what was committed for ten seconds.
  const isOpen = state.wal !== null && state.shm !== null && walBytes === 0;
  return isOpen ? 'locked' : new DatabaseError('busy');
}

/** SQLite reads what is missing of the last page as zeros, without an error. */
function pageSize(header: Buffer): number {
  // 65536 does not fit into two bytes.
  const stored = header.readUInt16BE(PAGE_SIZE_AT);
  return stored === 1 ? 65_536 : stored;
}

/** Whether the next change of these files is sure to give them another time. */
function isOlderThanClockTick({ main, wal, journal, seenMs }: DatabaseState): boolean {
  return [main, wal, journal].every((file) => file === null || Math.abs(seenMs - file.mtimeMs) > CLOCK_TICK_MS);
}

/** Never given to SQLite, which deletes the -wal of an empty file even when it opens it read-only (3.53). */
function emptyFile(state: DatabaseState): DatabaseError {
  const hasWal = state.wal !== null && state.wal.size > 0;
  const isNew = Math.abs(state.seenMs - state.main.mtimeMs) < NEW_FILE_MS && !hasWal && state.journal === null;
  return new DatabaseError(isNew ? 'busy' : 'database_unreadable');
}

function readFirst(path: string, bytes: number, root: string): Buffer {
  try {
    // Closed before SQLite opens it: closing any descriptor of a file drops all POSIX locks that a process has on it.
    using file = openFile(path, root);
    return readAt(file.fd, 0, bytes);
  } catch (error) {
    throw problemOfDisk(error);
  }
}

/** false also where its owner empties or deletes the WAL at this moment; it has none at the next look. */
function hasWalHeader({ path }: DatabaseState, pageBytes: number, root: string): boolean {
  try {
    return isWalHeader(readFirst(`${path}-wal`, WAL_HEADER_BYTES, root), pageBytes);
  } catch (error) {
    if (error instanceof DatabaseError && error.problem === 'missing') return false;
    throw error;
  }
}

/** false: one of the sidecar files is gone by now. SQLite takes a journal that it may not read for a hot one. */
function canReadSidecars(state: DatabaseState): boolean {
  try {
    for (const suffix of ['wal', 'shm', 'journal'] as const) {
      if (state[suffix] !== null) accessSync(`${state.path}-${suffix}`, constants.R_OK);
    }
    return true;
  } catch (error) {
    const problem = problemOfDisk(error);
    if (problem.problem === 'missing') return false;
    throw problem;
  }
}

/** null: there is no such file. */
function sidecar(path: string, root: string, folders: Map<string, string>): FileSignature | null {
  try {
    return signatureOf(path, root, folders);
  } catch (error) {
    if (error instanceof DiskError && error.problem === 'missing') return null;
    throw error;
  }
}

function problemOfDisk(error: unknown): DatabaseError {
  const { problem } = diskError(error);
  if (problem === 'missing') return new DatabaseError('missing', { cause: error });
  return new DatabaseError(problem === 'denied' ? 'permission_denied' : 'database_unreadable', { cause: error });
}
