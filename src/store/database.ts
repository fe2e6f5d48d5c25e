import { openFile, readAt } from './disk.ts';

const MAGIC = Buffer.from('SQLite format 3\0');
const TABLE = Buffer.from('session_nodes');
const CHUNK_BYTES = 1024 * 1024;
/** The schema stands in the first pages; a database of this size without it has no session tables. */
const PROBED_BYTES = 64 * CHUNK_BYTES;

/**
 * Whether an agent's database holds session tables (2026.8.1 and later), judged from the bytes of the database and its
 * write-ahead log, so that nothing is opened as a database. Its existence proves nothing: 2026.6.5 to 2026.7.x keep
 * credentials and caches in a file of the same name. A database that cannot be looked at counts as one with sessions:
 * better an agent that says it was not read than one that says it is empty.
 */
export function hasSessionTables(database: string, root: string): boolean {
  return contains(database, root, true) || contains(`${database}-wal`, root, false);
}

function contains(path: string, root: string, otherwise: boolean): boolean {
  try {
    using file = openFile(path, root);
    // Something else stands where the database should: not looked at either.
    if (otherwise && !readAt(file.fd, 0, MAGIC.length).equals(MAGIC)) return true;
    const end = Math.min(file.signature.size, PROBED_BYTES);
    for (let at = 0; at < end; at += CHUNK_BYTES - TABLE.length) {
      if (readAt(file.fd, at, CHUNK_BYTES).includes(TABLE)) return true;
    }
    return false;
  } catch {
    return otherwise;
  }
}
