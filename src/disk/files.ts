import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { codeOf } from '../errors.ts';

/** What tells one version of a file from another without reading it. */
export interface FileSignature {
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since the epoch, with their fraction. */
  readonly mtimeMs: number;
  readonly inode: number;
}

/** Kernels before 6.13 stamp files with a clock of 4 or 10 ms: two changes within it may bear the same time. */
export const CLOCK_TICK_MS = 20;

/**
 * Why a path was not read. `outside`: it leads out of the folder that it must lie in. `unreadable`: an error of the disk, or a link
 * that stays in that folder. No link is followed: one could lead to a file with credentials.
 */
export type DiskProblem = 'missing' | 'denied' | 'not_regular' | 'outside' | 'unreadable';

export class DiskError extends Error {
  readonly problem: DiskProblem;

  constructor(problem: DiskProblem) {
    super(problem);
    this.name = 'DiskError';
    this.problem = problem;
  }
}

/**
 * The signature of a regular file that lies inside `root` (a real path). Throws a DiskError. `folders` keeps the real
 * paths of folders for as long as a caller trusts them to stay: for one scan.
 */
export function signatureOf(path: string, root: string, folders: Map<string, string> = new Map()): FileSignature {
  const folder = dirname(path);
  try {
    const real = folders.get(folder) ?? realpathSync.native(folder);
    folders.set(folder, real);
    const stat = lstatSync(join(real, basename(path)), { throwIfNoEntry: false });
    // Without an error: making one takes longer than the look, and a store can name a thousand transcripts that are gone.
    if (stat === undefined) throw new DiskError('missing');
    if (stat.isFile() && real === folder && isInside(path, root)) return signature(stat);
  } catch (error) {
    throw diskError(error);
  }
  // A link, or no file, or not inside: the slow way says which.
  return signature(regular(path, root).stat);
}

/** An open regular file and its signature when it was opened; `using` closes it. */
export interface OpenFile extends Disposable {
  readonly fd: number;
  readonly signature: FileSignature;
}

/**
 * Opens a regular file inside `root` (a real path) for reading. Throws a DiskError.
 * FIFOs, sockets and devices are refused before they are opened: opening one can block for ever.
 */
export function openFile(path: string, root: string): OpenFile {
  const found = regular(path, root);
  try {
    // Not blocking, not following: the file may have been replaced since it was looked at.
    const fd = openSync(found.path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    const stat = fstatSync(fd);
    if (stat.isFile()) return { fd, signature: signature(stat), [Symbol.dispose]: () => closeSync(fd) };
    closeSync(fd);
  } catch (error) {
    throw diskError(error);
  }
  throw new DiskError('not_regular');
}

/** The names in a folder that lies inside `root` (a real path). Throws a DiskError. */
export function namesIn(folder: string, root: string): string[] {
  try {
    refuseLinks(folder, realpathSync.native(folder), root);
    return readdirSync(folder);
  } catch (error) {
    throw diskError(error);
  }
}

/** Reads up to `length` bytes at `position`; fewer where the file ends. */
export function readAt(fd: number, position: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const count = readSync(fd, buffer, filled, length - filled, position + filled);
    if (count === 0) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}

export function sameSignature(a: FileSignature | null, b: FileSignature | null): boolean {
  return a !== null && b !== null && a.size === b.size && a.mtimeMs === b.mtimeMs && a.inode === b.inode;
}

/** Whether it is a regular file inside `root` (a real path), and can be seen. */
export function isFileIn(path: string, root: string): boolean {
  try {
    return signatureOf(path, root).size >= 0;
  } catch (error) {
    diskError(error);
    return false;
  }
}

/** Whether there is anything of that name: false only where that is certain, and not where it cannot be seen. */
export function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    return diskError(error).problem !== 'missing';
  }
}

/** What lies at a path, a link by itself; null: nothing, or it cannot be seen. */
export function kindAt(path: string): 'file' | 'folder' | 'other' | null {
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return null;
    return stat.isFile() ? 'file' : stat.isDirectory() ? 'folder' : 'other';
  } catch {
    return null;
  }
}

/** Of a folder, or a link to one; false also where it cannot be seen. */
export function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** The real path; as given where it cannot be resolved. */
export function realOrGiven(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Whether a path lies in `root` or is it; both absolute and without `..`. */
export function isInside(path: string, root: string): boolean {
  // `relative` says the same and takes ten times as long, for every transcript of every session.
  return path === root || path.startsWith(root.endsWith(sep) ? root : `${root}${sep}`);
}

const NO_SUCH_FILE = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE']);

/** Whether an error says what went wrong with a file; any other is a bug of the exporter. */
export function isDiskError(error: unknown): boolean {
  return error instanceof DiskError || codeOf(error) !== null;
}

/** What went wrong with a file, from an error of `node:fs` or a DiskError. */
export function diskError(error: unknown): DiskError {
  if (error instanceof DiskError) return error;
  const code = codeOf(error);
  // A name that is too long, or holds a NUL, is a name that no file has.
  if (code !== null && NO_SUCH_FILE.has(code)) return new DiskError('missing');
  if (code === 'EACCES' || code === 'EPERM') return new DiskError('denied');
  // A symbolic link where none was a moment ago, or a loop of them.
  if (code === 'ELOOP') return new DiskError('outside');
  if (code === null) throw error;
  return new DiskError('unreadable');
}

function regular(path: string, root: string): { path: string; stat: Stats } {
  try {
    // Every link on the way: a folder that leads out takes its files with it.
    const target = realpathSync.native(path);
    refuseLinks(path, target, root);
    const stat = lstatSync(target);
    if (!stat.isFile()) throw new DiskError('not_regular');
    return { path: target, stat };
  } catch (error) {
    throw diskError(error);
  }
}

/** Throws a DiskError where a path, whose real path is `target`, lies behind a link, or not inside `root`. */
export function refuseLinks(path: string, target: string, root: string): void {
  if (!isInside(target, root)) throw new DiskError('outside');
  // Equal to its target but for letter case, on disks that have none, it is no link.
  if (target !== path && hasLink(path, root)) throw new DiskError('unreadable');
}

/** Whether a link stands below `root` on the way to a path, or in its place. */
function hasLink(path: string, root: string): boolean {
  for (let each = path; each !== root && isInside(each, root); each = dirname(each)) {
    if (lstatSync(each).isSymbolicLink()) return true;
  }
  return false;
}

function signature(stat: Stats): FileSignature {
  return { size: stat.size, mtimeMs: stat.mtimeMs, inode: stat.ino };
}
