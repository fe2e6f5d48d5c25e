import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const SHM_BYTES = 32_768;

export interface DatabaseFile {
  readonly path: string;
  readonly schema: number;
  /** `rollback` is what OpenClaw takes on file systems without shared memory. */
  readonly journal?: 'wal' | 'rollback';
  /**
   * How the program that wrote it went away: `closed` leaves no file beside it, `stopped` (an ordinary gateway's end) a
   * WAL of 0 bytes and its shm, `killed` a WAL with every row in it and its shm.
   */
  readonly ending?: 'closed' | 'stopped' | 'killed';
}

/** A new SQLite file with OpenClaw's settings, its tables and what `fill` writes; only its owner can read it. */
export function createDatabase(file: DatabaseFile, tables: string, fill: (database: DatabaseSync) => void): void {
  const { path, schema, journal = 'wal', ending = 'closed' } = file;
  if (journal === 'rollback' && ending !== 'closed') throw new Error('only a WAL leaves files beside its database');
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // Before SQLite opens it, which would use the umask; WAL and shm take the mode of the database.
  writeFileSync(path, '', { mode: 0o600, flag: 'wx' });
  const database = new DatabaseSync(path);
  let left: { name: string; content: Uint8Array }[] = [];
  try {
    // First: nobody misses a sample that a power cut took, and waiting for the disk is most of the time.
    database.exec('PRAGMA synchronous = OFF; PRAGMA page_size = 4096; PRAGMA auto_vacuum = 2');
    if (journal === 'wal') database.exec('PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0');
    inTransaction(database, () => database.exec(`${tables} PRAGMA user_version = ${schema}`));
    // So that of a killed writer only the rows stand in the WAL: who ignores it finds tables and no session.
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    inTransaction(database, () => fill(database));
    if (ending === 'stopped') {
      left = [
        { name: `${path}-wal`, content: Buffer.alloc(0) },
        // A real one has random numbers in it; zeros are as good, since nothing of an empty WAL is in use.
        { name: `${path}-shm`, content: Buffer.alloc(SHM_BYTES) },
      ];
    }
    // Before it is closed, which moves the rows into the database and deletes the WAL.
    if (ending === 'killed') {
      left = [path, `${path}-wal`, `${path}-shm`].map((name) => ({ name, content: readFileSync(name) }));
    }
  } finally {
    database.close();
  }
  for (const { name, content } of left) writeFileSync(name, content, { mode: 0o600 });
}

export function inTransaction(database: DatabaseSync, write: () => void): void {
  database.exec('BEGIN');
  write();
  database.exec('COMMIT');
}

export type Value = string | number | null | Uint8Array;

/** Inserts a row; a column that is undefined is NULL. */
export function insert(database: DatabaseSync, table: string, row: Readonly<Record<string, Value | undefined>>): void {
  const columns = Object.keys(row);
  const places = columns.map(() => '?').join(', ');
  const values = Object.values(row).map((value) => value ?? null);
  database.prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places})`).run(...values);
}
