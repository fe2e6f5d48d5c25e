import { constants, type DatabaseSync } from 'node:sqlite';
import { readDatabase } from './database-file.ts';

/** SQLite's own: the schema, the columns of a table, its indexes and what they are of. */
const OWN_TABLES = ['sqlite_schema', 'sqlite_master', 'pragma_table_info', 'pragma_index_list', 'pragma_index_xinfo'];

/** `readDatabase` of `path`, where `read` reads these tables only. */
export function readTables<T>(
  path: string,
  root: string,
  tables: readonly string[],
  read: (database: DatabaseSync) => T,
): T {
  return readDatabase(path, root, (database) => {
    allowOnly(database, tables);
    return read(database);
  });
}

/**
 * From here on the connection reads these tables only, whatever a statement asks for: OpenClaw keeps credentials in the
 * same file. SQLite itself refuses the rest when the statement is prepared.
 */
export function allowOnly(database: DatabaseSync, tables: readonly string[]): void {
  const readable = new Set([...OWN_TABLES, ...tables]);
  database.setAuthorizer((action, table) => {
    if (action !== constants.SQLITE_READ) return constants.SQLITE_OK;
    // A statement that counts rows of a table reads no column: it is asked for with an empty table where it is none's.
    return table === null || table === '' || readable.has(table) ? constants.SQLITE_OK : constants.SQLITE_DENY;
  });
}
