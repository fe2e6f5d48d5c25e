import { basename, dirname, join } from 'node:path';
import { type DiskProblem, diskError, namesIn, openFile, readAt } from '../disk/files.ts';
import { type Likeness, writeNew } from '../disk/replace-file.ts';
import { codeOf } from '../errors.ts';

/** Seconds that a name may be ahead of the clock, so that two changes within a second have a backup each. */
const AHEAD_SECONDS = 600;

/** Beside the index: `sessions.json.bak-20261130-174500`, in UTC. */
export function backupName(indexPath: string, atMs: number): string {
  const [day = '', time = ''] = new Date(atMs).toISOString().split(/[T.]/);
  return `${basename(indexPath)}.bak-${day.replaceAll('-', '')}-${time.replaceAll(':', '')}`;
}

/** Writes what an index holds beside it, read back and compared; returns its path. Throws what the file system says. */
export function backUp(indexPath: string, bytes: Buffer, like: Likeness, atMs: number): string {
  for (let second = 0; ; second += 1) {
    const path = join(dirname(indexPath), backupName(indexPath, atMs + second * 1000));
    try {
      writeNew(path, bytes, like, indexPath);
      return path;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST' || second === AHEAD_SECONDS) throw error;
    }
  }
}

/**
 * The copies of an index beside it, the newest first as far as their names tell: our own backups, those of OpenClaw 2026.2.12
 * to 4.15 (`.bak.` and milliseconds), and what people and editors left. Throws a DiskError.
 */
export function copiesOf(indexPath: string, root: string): string[] {
  const folder = dirname(indexPath);
  const name = basename(indexPath);
  return namesOrNone(folder, root)
    .filter((each) => each.startsWith(`${name}.bak`) || each === `${name}~`)
    .toSorted((a, b) => timeOf(b.slice(name.length)) - timeOf(a.slice(name.length)) || (a < b ? 1 : -1))
    .map((each) => join(folder, each));
}

/** What a copy of an index holds. */
export interface Copy {
  /** null: there is no such file, or it cannot be read. */
  readonly bytes: Buffer | null;
  /** Why it cannot be read; null: it can, or there is none. */
  readonly problem: DiskProblem | null;
}

/** One that cannot be read, as a folder or a link of such a name, hides none of the others. */
export function readCopy(path: string, root: string): Copy {
  try {
    return { bytes: contentOf(path, root), problem: null };
  } catch (error) {
    return { bytes: null, problem: diskError(error).problem };
  }
}

/** null: there is no such file. Throws a DiskError. */
export function contentOf(path: string, root: string): Buffer | null {
  try {
    using file = openFile(path, root);
    return readAt(file.fd, 0, file.signature.size);
  } catch (error) {
    const found = diskError(error);
    if (found.problem === 'missing') return null;
    throw found;
  }
}

/** None where there is no such folder. */
export function namesOrNone(folder: string, root: string): string[] {
  try {
    return namesIn(folder, root);
  } catch (error) {
    const found = diskError(error);
    if (found.problem === 'missing') return [];
    throw found;
  }
}

/** Milliseconds since the epoch as the end of a name has them; 0: it has none. */
function timeOf(suffix: string): number {
  const own = /^\.bak-(\d{4})(\d{2})(\d{2})-(\d{2})(\d{2})(\d{2})$/.exec(suffix)?.slice(1).map(Number);
  if (own !== undefined) {
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = own;
    return Date.UTC(year, month - 1, day, hour, minute, second);
  }
  return Number(/^\.bak\.(\d{13})$/.exec(suffix)?.[1] ?? 0);
}
