import { isUtf8 } from 'node:buffer';
import { lstatSync, readdirSync, realpathSync, type Stats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { areSame } from '../unchanged.ts';
import {
  type DiskError,
  type DiskProblem,
  diskError,
  type FileSignature,
  isInside,
  refuseLinks,
  signatureOf,
} from './files.ts';

/** What lies at a name of a folder; links are not followed. `problem`: it could not be looked at. */
export type Found =
  | { readonly kind: 'file'; readonly signature: FileSignature }
  | { readonly kind: 'folder' | 'link' | 'other' | 'gone' }
  | { readonly kind: 'problem'; readonly error: DiskError };

/** A name in a folder; the same object for as long as the name is there. */
export interface FolderEntry {
  readonly name: string;
  readonly path: string;
  readonly found: Found;
}

/** A folder as it was seen last. */
export interface Folder {
  readonly path: string;
  /** The same array for as long as the names are the same. One that is no UTF-8 stands as its bytes behind a NUL. */
  readonly names: readonly string[];
  readonly entries: readonly FolderEntry[];
  /** Another number whenever anything in it changed. */
  readonly version: number;
}

/** Files between two pauses. */
const SLICE = 200;

/**
 * The looks of one scan: each folder is listed once and each file in it looked at once, whoever asks. What was seen is kept,
 * so that the next scan knows by a folder's version that nothing in it changed.
 */
export class Looks {
  /** Files looked at and folders listed so far. */
  readonly counts = { files: 0, folders: 0 };

  private readonly folders = new Map<string, KnownFolder>();
  /** Folders that were looked at in this scan. */
  private readonly fresh = new Set<string>();
  /** Real paths of folders, as this scan found them. */
  private readonly real = new Map<string, string>();
  private versions = 0;

  startScan(): void {
    this.fresh.clear();
    this.real.clear();
  }

  /** Forgets the folders that this scan did not look at. */
  endScan(): void {
    for (const path of this.folders.keys()) if (!this.fresh.has(path)) this.folders.delete(path);
  }

  /** Everything in a folder, each looked at. Throws a DiskError where the folder cannot be listed. */
  async folder(path: string, pause: () => Promise<void>): Promise<Folder> {
    const before = this.folders.get(path);
    if (before !== undefined && this.fresh.has(path)) return before;
    this.counts.folders += 1;
    const names = namesOf(path);
    let folder = before;
    if (folder === undefined || !areSame(folder.names, names)) {
      folder = new KnownFolder(path, names, folder);
      folder.version = this.nextVersion();
    }
    let isChanged = false;
    for (let at = 0; at < folder.entries.length; at += 1) {
      if (folder.entries[at]?.look()) isChanged = true;
      if (at % SLICE === SLICE - 1) await pause();
    }
    this.counts.files += names.length;
    if (isChanged) folder.version = this.nextVersion();
    this.folders.set(path, folder);
    this.fresh.add(path);
    return folder;
  }

  /** As `folder`, where it must lie inside `root` (a real path). */
  async folderIn(path: string, root: string, pause: () => Promise<void>): Promise<Folder | DiskProblem> {
    try {
      refuseLinks(path, this.realOf(path), root);
      return await this.folder(path, pause);
    } catch (error) {
      return diskError(error).problem;
    }
  }

  /** The signature of a regular file that lies inside `root` (a real path), or why there is none; see `signatureOf`. */
  signature(path: string, root: string): FileSignature | DiskProblem {
    const folder = this.listed(path);
    try {
      const found = folder?.found(basename(path));
      if (found?.kind === 'gone') return 'missing';
      if (found?.kind === 'problem') return found.error.problem;
      if (found?.kind === 'file' && this.isIn(path, root)) return found.signature;
      // A link, or no file, or in a folder that nobody listed or behind a link: the slow way says which.
      this.counts.files += 1;
      return signatureOf(path, root, this.real);
    } catch (error) {
      return diskError(error).problem;
    }
  }

  /** What lies at a path: a look of this scan where there is one. */
  at(path: string): Found {
    const folder = this.listed(path);
    if (folder !== null) return folder.found(basename(path));
    this.counts.files += 1;
    return lookAt(path, NEVER_SEEN);
  }

  /** Whether the versions of the folders tell all that can happen to the file: it is in one of them, and is no link. */
  isTold(path: string): boolean {
    const kind = this.listed(path)?.found(basename(path)).kind;
    return kind === 'file' || kind === 'gone';
  }

  private listed(path: string): KnownFolder | null {
    const folder = dirname(path);
    return this.fresh.has(folder) ? (this.folders.get(folder) ?? null) : null;
  }

  private isIn(path: string, root: string): boolean {
    const folder = dirname(path);
    return this.realOf(folder) === folder && isInside(path, root);
  }

  private realOf(folder: string): string {
    const real = this.real.get(folder) ?? realpathSync.native(folder);
    this.real.set(folder, real);
    return real;
  }

  private nextVersion(): number {
    this.versions += 1;
    return this.versions;
  }
}

class KnownFolder implements Folder {
  readonly path: string;
  readonly names: readonly string[];
  readonly entries: readonly KnownEntry[];
  version = 0;
  private readonly byName: ReadonlyMap<string, KnownEntry>;

  constructor(path: string, names: readonly string[], before: KnownFolder | undefined) {
    this.path = path;
    this.names = names;
    const prefix = join(path, '/');
    this.entries = names.map((name) => before?.byName.get(name) ?? entryOf(prefix, name));
    this.byName = new Map(this.entries.map((entry, at) => [names[at] ?? '', entry]));
  }

  found(name: string): Found {
    // Whoever asks for a name that is no UTF-8 would open it by a path, and none leads there.
    return name.startsWith(RAW) ? GONE : (this.byName.get(name)?.found ?? GONE);
  }
}

const GONE: Found = { kind: 'gone' };
const NEVER_SEEN: Found = { kind: 'other' };

/** What `listedAs` puts in front of the bytes of a name; no name has it. */
const RAW = '\0';
/** What Node reads where a name is no UTF-8. */
const UNREADABLE = '\ufffd';

/** No path leads to a name that is no UTF-8, so nobody opens it; what lies there is looked at by its bytes, and counted. */
function entryOf(prefix: string, listed: string): KnownEntry {
  if (!listed.startsWith(RAW)) return new KnownEntry(listed, prefix);
  const bytes = Buffer.from(listed.slice(RAW.length), 'latin1');
  return new KnownEntry(bytes.toString('utf8'), prefix, Buffer.concat([Buffer.from(prefix), bytes]));
}

class KnownEntry implements FolderEntry {
  readonly name: string;
  found = NEVER_SEEN;
  /** The path of its folder and a slash. */
  private readonly prefix: string;
  private readonly raw: Buffer | null;

  constructor(name: string, prefix: string, raw: Buffer | null = null) {
    this.name = name;
    this.prefix = prefix;
    this.raw = raw;
  }

  /** Made when it is asked for: of a hundred thousand files they are 10 MB. `join` would take a quarter of the time of a look. */
  get path(): string {
    return `${this.prefix}${this.name}`;
  }

  /** Looks again; returns whether it is another one, or changed. */
  look(): boolean {
    const before = this.found;
    this.found = lookAt(this.raw ?? this.path, before);
    return this.found !== before;
  }
}

/** `before` where it is still so: thousands of unchanged files make no garbage. */
function lookAt(path: string | Buffer, before: Found): Found {
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return GONE;
    if (stat.isFile()) return isSame(before, stat) ? before : fileOf(stat);
    const kind = stat.isDirectory() ? 'folder' : stat.isSymbolicLink() ? 'link' : 'other';
    return before !== NEVER_SEEN && before.kind === kind ? before : { kind };
  } catch (error) {
    return { kind: 'problem', error: diskError(error) };
  }
}

function fileOf({ size, mtimeMs, ino }: Stats): Found {
  return { kind: 'file', signature: { size, mtimeMs, inode: ino } };
}

function isSame(before: Found, { size, mtimeMs, ino }: Stats): boolean {
  if (before.kind !== 'file') return false;
  const { signature } = before;
  return signature.size === size && signature.mtimeMs === mtimeMs && signature.inode === ino;
}

function namesOf(folder: string): string[] {
  try {
    const names = readdirSync(folder);
    return names.some((name) => name.includes(UNREADABLE)) ? readdirSync(folder, 'buffer').map(listedAs) : names;
  } catch (error) {
    throw diskError(error);
  }
}

function listedAs(name: Buffer): string {
  return isUtf8(name) ? name.toString('utf8') : `${RAW}${name.toString('latin1')}`;
}
