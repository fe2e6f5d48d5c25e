import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { codeOf } from '../errors.ts';

/** What a new file shall have of the one in whose place it comes. */
export type Likeness = Pick<Stats, 'mode' | 'uid' | 'gid'>;

/** Of a file of our own that stands aside until it is renamed; one that was left is from a process that was killed. */
const MARK = '.openclaw-store-exporter.';
const SUFFIX = '.tmp';
const PERMISSIONS = 0o777;
/** Exclusive: neither a file that is there nor a link that somebody planted is written to. */
const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * A new file with these bytes, on the disk and read back. It has its name only when it is whole, also when this process is
 * killed; where the file system has no hard links, a killed process can leave an empty file. Throws what the file system
 * says, EEXIST too, and leaves nothing then.
 */
export function writeNew(path: string, bytes: Buffer, like: Likeness, asideOf = path): void {
  const aside = writeAside(asideOf, bytes, like);
  try {
    nameNew(aside, path);
  } finally {
    rmSync(aside, { force: true });
  }
  syncFolder(dirname(path));
}

/**
 * Puts these bytes in the place of a file: whoever reads it sees the old or the new one, also after a power cut. `isStillSame`
 * is asked last before the rename; the result says whether it agreed and the file was replaced.
 */
export function replaceFile(path: string, bytes: Buffer, like: Likeness, isStillSame: () => boolean): boolean {
  const aside = writeAside(path, bytes, like);
  try {
    if (!isStillSame()) return false;
    renameSync(aside, path);
  } finally {
    rmSync(aside, { force: true });
  }
  syncFolder(dirname(path));
  return true;
}

/** What `link` says where there are no hard links (exFAT, some network shares). */
const NO_HARD_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/** Gives a file a name that no file has. A rename alone would replace a file of this name. */
export function nameNew(aside: string, path: string): void {
  try {
    linkSync(aside, path);
  } catch (error) {
    if (!NO_HARD_LINKS.has(codeOf(error) ?? '')) throw error;
    // Takes the name, or throws EEXIST; what the rename replaces is this empty file.
    closeSync(openSync(path, NEW_FILE, 0o600));
    renameSync(aside, path);
  }
}

/** A name beside `path` that `removeLeftAside` knows. */
export function asideName(path: string): string {
  return `${path}${MARK}${randomBytes(8).toString('hex')}${SUFFIX}`;
}

/** Writes a file beside `path`; returns its path. */
function writeAside(path: string, bytes: Buffer, like: Likeness): string {
  const aside = asideName(path);
  const fd = openSync(aside, NEW_FILE, 0o600);
  try {
    try {
      writeFileSync(fd, bytes);
      const { uid, gid } = fstatSync(fd);
      if (uid !== like.uid || gid !== like.gid) fchownSync(fd, like.uid, like.gid);
      fchmodSync(fd, like.mode & PERMISSIONS);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    if (readFileSync(aside).equals(bytes)) return aside;
    throw new Error(`${basename(path)}: other bytes are read back than were written`);
  } catch (error) {
    rmSync(aside, { force: true });
    throw error;
  }
}

/** Removes what a process that was killed left of `replaceFile`; only for who holds the lock of the file. */
export function removeLeftAside(path: string): void {
  const start = `${basename(path)}${MARK}`;
  for (const name of readdirSync(dirname(path))) {
    const aside = join(dirname(path), name);
    if (name.startsWith(start) && name.endsWith(SUFFIX) && lstatSync(aside).isFile()) rmSync(aside, { force: true });
  }
}

/** A name in a folder is on the disk when the folder is. */
function syncFolder(folder: string): void {
  const fd = openSync(folder, constants.O_RDONLY);
  try {
    fsyncSync(fd);
  } catch (error) {
    // Network shares that have no such call.
    if (codeOf(error) !== 'EINVAL') throw error;
  } finally {
    closeSync(fd);
  }
}
