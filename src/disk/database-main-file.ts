import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { LIMITS } from './database-file.ts';
import { signatureOf } from './files.ts';

/**
 * The names of the tables in a database file itself, whatever stands in its -wal; null: it cannot be read. For a -wal with
 * which the database cannot be opened: what is said here may be out of date. Nothing is written beside it.
 */
export function tablesInMainFile(path: string, root: string): string[] | null {
  try {
    signatureOf(path, root);
    const url = pathToFileURL(path);
    url.search = 'immutable=1';
    using database = new DatabaseSync(url, { readOnly: true, allowExtension: false, limits: LIMITS });
    database.exec('PRAGMA query_only=1; PRAGMA trusted_schema=0; PRAGMA mmap_size=0');
    const rows = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    return rows.map(({ name }) => String(name));
  } catch {
    return null;
  }
}
