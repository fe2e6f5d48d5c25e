import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import {
  DatabaseError,
  type DatabaseProblem,
  type DatabaseState,
  databaseState,
  type OpeningMode,
  openingMode,
  stateText,
} from './database-state.ts';
import { isThere } from './files.ts';

export {
  DatabaseError,
  type DatabaseProblem,
  databaseFiles,
  databaseSignature,
  isDatabaseError,
} from './database-state.ts';

/**
 * How long SQLite waits for a writer of a rollback-journal database. Never with a WAL: what locks that one out is its
 * owner closing it, and whoever waits for the end of that finds no WAL any more and makes one.
 */
const BUSY_TIMEOUT_MS = 1000;
/** The files change while they are looked at: when their owner opens, closes or empties the WAL. */
const ATTEMPTS = 8;
const PAUSE_MS = 25;

/**
 * `readonly_shm`: a plain read-only opening maps the -shm writable and touches it.
 * SQLite always creates a -wal that a WAL database lacks, read-only or not; `immutable` does not look for one.
 */
const PARAMETERS = {
  locked: 'mode=ro&readonly_shm=1',
  immutable: 'immutable=1',
} satisfies Record<OpeningMode, string>;

/**
 * `cache_size`: the file itself may ask for a larger one. `mmap_size`: the end of a mapped file that shrinks is a SIGBUS.
 * `temp_store`: what is sorted would otherwise reach a temporary file.
 */
const SETTINGS = 'PRAGMA query_only=1; PRAGMA trusted_schema=0; PRAGMA mmap_size=0; PRAGMA temp_store=memory';
/**
 * What SQLite itself refuses to hold, a text of the schema too, which it reads before anybody asks for it. Node before 24.15 knows
 * no limits, and takes the memory for a moment.
 */
export const LIMITS = { length: 32 * 1024 * 1024, sqlLength: 1024 * 1024 };
/** The transaction begins with its first statement; this one reads the schema, which shows most damage. */
const FIRST = 'SELECT 1 FROM sqlite_schema LIMIT 1; PRAGMA cache_size=-4096';

/** SQLITE_PROTOCOL: for ten seconds SQLite tried to lock the WAL, and nothing else was done. It is not asked again. */
const PROTOCOL = 15;

/** SQLite's result codes; an extended one has its primary one in the low byte. */
const PROBLEMS: ReadonlyMap<number, DatabaseProblem> = new Map([
  [5, 'busy'], // SQLITE_BUSY
  [10, 'database_unreadable'], // SQLITE_IOERR
  [11, 'database_unreadable'], // SQLITE_CORRUPT
  [14, 'database_unreadable'], // SQLITE_CANTOPEN
  [PROTOCOL, 'busy'],
  [26, 'database_unreadable'], // SQLITE_NOTADB
  [264, 'busy'], // SQLITE_READONLY_RECOVERY: a writer opens the WAL
  [520, 'busy'], // SQLITE_READONLY_CANTLOCK: the same
  [776, 'database_unreadable'], // SQLITE_READONLY_ROLLBACK: a hot journal, which only a writer may roll back
]);

/**
 * Opens a database, calls `read` inside one read transaction and closes it; nothing outlives the call and nothing is
 * written beside the database. `root` (a real path): the file must lie inside it. `read` is called again when the files
 * changed under it, so it must keep nothing of a call that did not return; and it must not open any file of the
 * database: closing it would drop SQLite's locks. Throws a DatabaseError; errors of `read` that do not come from the
 * state of the files go through, also those of SQLite (a table that is not there).
 */
export function readDatabase<T>(path: string, root: string, read: (database: DatabaseSync) => T): T {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = attemptRead(path, root, read);
    if (!(outcome instanceof DatabaseError)) return outcome.value;
    if (attempt === ATTEMPTS) throw outcome;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
  }
}

/** The result, or a problem that may be gone at the next look; throws what will not. */
function attemptRead<T>(path: string, root: string, read: (database: DatabaseSync) => T): { value: T } | DatabaseError {
  const before = databaseState(path, root);
  const mode = openingMode(before, root);
  if (mode instanceof DatabaseError) return mode;
  const outcome = readOnce(before, mode, read);
  if (outcome instanceof DatabaseError) return outcome;
  const after = databaseState(path, root);
  // The locks hold off whoever writes to the file, not one who puts another in its place.
  if (before.main.inode !== after.main.inode) return new DatabaseError('busy');
  const same = stateText(before) === stateText(after);
  if (mode === 'immutable' && !same) return new DatabaseError('busy');
  if ('value' in outcome) return outcome;
  if (outcome.error instanceof DatabaseError && outcome.error.problem !== 'busy' && !same) return outcome.error;
  throw outcome.error;
}

function readOnce<T>(
  state: DatabaseState,
  mode: OpeningMode,
  read: (database: DatabaseSync) => T,
): { value: T } | { error: unknown } | DatabaseError {
  let began = false;
  try {
    const url = pathToFileURL(state.path);
    url.search = PARAMETERS[mode];
    const timeout = state.wal === null ? BUSY_TIMEOUT_MS : 0;
    using database = new DatabaseSync(url, { readOnly: true, allowExtension: false, limits: LIMITS, timeout });
    database.exec(SETTINGS);
    database.exec('BEGIN');
    // Looked for as late as can be: where its owner deleted the WAL meanwhile, the first statement makes an empty one.
    // A few microseconds are left. Nothing is lost by an empty one; deleting it could take it from a writer.
    if (state.wal !== null && !isThere(`${state.path}-wal`)) return new DatabaseError('busy');
    database.exec(FIRST);
    began = true;
    return { value: read(database) };
  } catch (error) {
    const problem = problemOfSqlite(error, began);
    if (resultCodeOf(error) === PROTOCOL) throw problem;
    const passes = state.wal !== null && problem instanceof DatabaseError && problem.problem === 'busy';
    return passes ? problem : { error: problem };
  }
}

/** Where SQLite's own words are about the files; any other error is the caller's. */
function problemOfSqlite(error: unknown, began: boolean): unknown {
  const code = resultCodeOf(error);
  if (code === null) return error;
  const problem = PROBLEMS.get(code) ?? PROBLEMS.get(code & 0xff) ?? null;
  if (problem !== null) return new DatabaseError(problem, { cause: error });
  return began ? error : new DatabaseError('database_unreadable', { cause: error });
}

/** null: it is none of SQLite's. */
function resultCodeOf(error: unknown): number | null {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : null;
}
