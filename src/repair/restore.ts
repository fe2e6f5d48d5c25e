import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { DiskProblem } from '../disk/files.ts';
import { jsonMembers, type Member, parsedValue } from '../disk/json-members.ts';
import { ExporterError } from '../errors.ts';
import { type Copy, contentOf, copiesOf, readCopy } from './backup.ts';
import { changeIndex, type IndexPlace, type Protection } from './change-index.ts';
import type { Waiting } from './index-lock.ts';

/** A copy of an index, and what would be other if it were put in the index's place. */
export interface Backup {
  readonly path: string;
  /** Why it is not read, as that it is a link; null: it is. */
  readonly problem: DiskProblem | null;
  /** Bytes. */
  readonly size: number;
  /** null: it is no whole JSON object, and is not put back. */
  readonly entries: number | null;
  /** Keys of it that the index does not have now. */
  readonly returning: readonly string[];
  /** Keys of the index that it does not have: they would go. */
  readonly going: readonly string[];
  /** Keys of both with another entry. */
  readonly changing: readonly string[];
}

/** The copies beside an index, the newest first. Throws a DiskError. */
export function backupsOf(place: IndexPlace): Backup[] {
  const current = readCopy(place.path, place.root);
  const now = entriesOf(current.bytes) ?? new Map<string, string>();
  return copiesOf(place.path, place.root).map((path) => compared(path, readCopy(path, place.root), now));
}

/** The index that a backup is of. Throws an ExporterError where it is beside none, or cannot be put back. */
export function chooseBackup(given: string, places: readonly IndexPlace[]): { place: IndexPlace; backup: Backup } {
  const wanted = realPlaceOf(resolve(given));
  for (const place of places) {
    const backup = backupsOf(place).find(
      ({ path }) => realPlaceOf(path) === wanted || (basename(path) === given && places.length === 1),
    );
    if (backup === undefined) continue;
    if (backup.entries !== null) return { place, backup };
    if (backup.problem !== null)
      throw new ExporterError(
        'E_REPAIR',
        `${backup.path} cannot be read (${backup.problem}): it must be a regular file`,
      );
    throw new ExporterError(
      'E_REPAIR',
      `${backup.path} is no whole JSON object; --lost-index takes out of it what can be read`,
    );
  }
  const folders = [...new Set(places.map(({ path }) => dirname(path)))].join(', ');
  throw new ExporterError(
    'E_USAGE',
    `--restore ${given}: it is no backup beside an index (${folders}); see repair --list`,
  );
}

/** Puts a backup in the place of its index, after a backup of that. Throws an ExporterError. */
export async function restore(place: IndexPlace, backup: Backup, protection: Protection, waiting: Waiting) {
  return changeIndex(place, protection, waiting, (bytes) => {
    const content = contentOf(backup.path, place.root);
    if (content === null || entriesOf(content) === null)
      throw new ExporterError('E_REPAIR', `${backup.path} was changed since it was looked at`);
    return bytes?.equals(content) === true ? null : content;
  });
}

/** A path by the real one of its folder, however that is reached. */
function realPlaceOf(path: string): string {
  try {
    return join(realpathSync(dirname(path)), basename(path));
  } catch {
    return path;
  }
}

function compared(path: string, { bytes, problem }: Copy, now: ReadonlyMap<string, string>): Backup {
  const own = entriesOf(bytes);
  const size = bytes?.length ?? 0;
  if (own === null) return { path, problem, size, entries: null, returning: [], going: [], changing: [] };
  return {
    path,
    problem,
    size,
    entries: own.size,
    returning: [...own.keys()].filter((key) => !now.has(key)),
    going: [...now.keys()].filter((key) => !own.has(key)),
    changing: [...own].filter(([key, text]) => now.has(key) && now.get(key) !== text).map(([key]) => key),
  };
}

/** Each entry as text, by key, whatever its layout was; null: no whole JSON object. */
function entriesOf(bytes: Buffer | null): Map<string, string> | null {
  if (bytes === null) return null;
  const { members, error } = jsonMembers(bytes);
  if (error !== null) return null;
  return new Map(members.map((member) => [member.key, comparable(bytes, member)]));
}

function comparable(bytes: Buffer, member: Member): string {
  try {
    return JSON.stringify(parsedValue(bytes, member));
  } catch (error) {
    // It is nested too deep to be laid out anew.
    if (error instanceof RangeError) return bytes.toString('utf8', member.value, member.to);
    throw error;
  }
}
