import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Names, bytes, modes, times and owners of a folder. Not the time of the last change of those: SQLite sets the owner of a -shm anew where it may. */
export function folderState(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted();
  return Object.fromEntries(
    ['.', ...names].map((name) => {
      const path = join(folder, name);
      const { mode, mtimeMs, uid, gid, size, ino } = lstatSync(path);
      const content = lstatSync(path).isFile() ? readFileSync(path, 'latin1') : '';
      return [name, [mode, mtimeMs, uid, gid, size, ino, content].join('|')];
    }),
  );
}
