import { basename, dirname, resolve } from 'node:path';
import { jsonMembers, parsedValue } from '../disk/json-members.ts';
import { ExporterError } from '../errors.ts';
import { copiesOf } from './backup.ts';
import { changeIndex, type IndexPlace, type Protection } from './change-index.ts';
import type { Waiting } from './index-lock.ts';
import { contentOf } from './lost-index.ts';

/** A copy of an index, and what would be other if it were put in the index's place. */
export interface Backup {
  readonly path: string;
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
  const now = entriesOf(contentOf(place.path, place.root)) ?? new Map<string, string>();
  return copiesOf(place.path, place.root).map((path) => compared(path, contentOf(path, place.root), now));
}

/** The index that a backup is of. Throws an ExporterError where it is beside none, or cannot be put back. */
export function chooseBackup(given: string, places: readonly IndexPlace[]): { place: IndexPlace; backup: Backup } {
  const wanted = resolve(given);
  for (const place of places) {
    const backup = backupsOf(place).find(
      ({ path }) => path === wanted || (basename(path) === given && places.length === 1),
    );
    if (backup === undefined) continue;
    if (backup.entries !== null) return { place, backup };
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

function compared(path: string, bytes: Buffer | null, now: ReadonlyMap<string, string>): Backup {
  const own = entriesOf(bytes);
  const size = bytes?.length ?? 0;
  if (own === null) return { path, size, entries: null, returning: [], going: [], changing: [] };
  return {
    path,
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
  return new Map(members.map((member) => [member.key, JSON.stringify(parsedValue(bytes, member))]));
}
