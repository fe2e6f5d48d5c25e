import { basename, dirname, join } from 'node:path';
import { DiskError, diskError, isInside } from '../disk/files.ts';
import type { Kept } from '../disk/kept.ts';
import type { Folder, FolderEntry, Looks } from '../disk/looks.ts';
import type { AgentFiles } from '../model/files.ts';
import { agentFileClass, COLD, FILE_CLASSES, type FileClass, sessionFileClass } from '../openclaw/file-classes.ts';
import { AGE_SECONDS } from '../thresholds.ts';
import { unchanged } from '../unchanged.ts';
import type { AgentStore } from './agent-stores.ts';
import { lockPid } from './lock-file.ts';

interface Lock {
  readonly path: string;
  readonly writtenMs: number;
}

/** A lock is judged by its age: process ids mean nothing across containers, unless the operator says that they do. */
const INDEX_LOCK_MS = AGE_SECONDS.indexLock * 1000;
const TRANSCRIPT_LOCK_MS = AGE_SECONDS.transcriptLock * 1000;

/** Of one agent. OpenClaw makes some dozens; what makes thousands would hold up every scan. */
const MOST_FOLDERS = 5000;
/** Between two pauses. */
const FOLDERS_A_SLICE = 100;

export interface AgentFilesInput {
  /** In the order of the config. */
  readonly stores: readonly AgentStore[];
  /** Paths of all transcripts that an index refers to. */
  readonly referenced: ReadonlySet<string>;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Whether the process that a lock names is gone; null: process ids of the gateway mean nothing here. */
  readonly isDeadPid: ((pid: number) => boolean) | null;
  readonly looks: Looks;
  readonly kept: Kept<KnownFiles>;
  readonly pause: () => Promise<void>;
  /** Agents whose folders are not looked at. What lies in them is not counted for another agent either. */
  readonly leftAlone: ReadonlySet<string>;
  /** The files of each agent are counted in it. */
  readonly guard: (agent: string, count: () => Promise<void>) => Promise<unknown>;
}

/** What the files of an agent were the last time. */
export interface KnownFiles {
  readonly store: AgentStore;
  /** Of the databases of all agents, and what lies beside them. */
  readonly databasePaths: ReadonlySet<string>;
  readonly referenced: ReadonlySet<string>;
  readonly parts: readonly Part[];
  readonly byPath: ReadonlyMap<string, Part>;
  readonly databases: readonly DatabaseFile[];
  readonly totals: Totals;
  readonly files: AgentFiles;
}

/** A folder of which the files are counted. */
interface Part {
  readonly folder: Folder;
  /** Of the folder, when it was counted. */
  readonly version: number;
  /** Its path below `agents/<id>/`. */
  readonly below: string;
  /** Somebody's home can be the folder of a store: what is not of the store there is nobody's business. */
  readonly isElsewhere: boolean;
  /** Of the files in it, from their names. null: it is not counted here. */
  readonly classes: WeakMap<FolderEntry, FileClass | null>;
}

interface DatabaseFile {
  readonly class: FileClass;
  readonly bytes: number;
}

/** Files by class, before the age of locks is judged. */
interface Totals {
  readonly classes: AgentFiles['classes'];
  readonly locks: readonly Lock[];
}

/**
 * What lies in the agents' folders, by class, from names and `stat` alone: every regular file below `agents/<id>/`, and
 * those of a store or database elsewhere, which belong to the first agent that uses it. An agent whose folders could not all be
 * looked at is left out. Only what changed is counted anew.
 */
export async function agentFiles(input: AgentFilesInput): Promise<Map<string, AgentFiles>> {
  const { stores, kept, referenced } = input;
  const found = new Map<string, AgentFiles>();
  const allPaths = new Set(
    stores.flatMap(({ database }) =>
      database === null ? [] : DATABASE_FILES.map(([suffix]) => `${database.path}${suffix}`),
    ),
  );
  const counted = new Counted();
  for (const store of stores) {
    if (input.leftAlone.has(store.agent)) counted.addWhole(foldersOf(store), store.database?.path ?? null);
    else await input.guard(store.agent, () => count(store));
  }
  return found;

  async function count(store: AgentStore): Promise<void> {
    try {
      const known = kept.get(store.agent);
      const databasePaths = unchanged(known?.databasePaths, allPaths);
      const before = known?.store === store && known.databasePaths === databasePaths ? known : undefined;
      const parts = await partsOf(store, counted, before, input);
      const own = databaseFiles(store, counted, input.looks);
      const isSame =
        before !== undefined &&
        before.referenced === referenced &&
        areSameParts(before.parts, parts) &&
        areSameFiles(before.databases, own);
      const totals = isSame ? before.totals : totalsOf(parts, own, classesOf(store, databasePaths), referenced);
      const files = unchanged(known?.files, withLocks(totals, store, input));
      const byPath = isSame ? before.byPath : new Map(parts.map((part) => [part.folder.path, part]));
      kept.set(store.agent, { store, databasePaths, referenced, parts, byPath, databases: own, totals, files });
      found.set(store.agent, files);
    } catch (error) {
      // Half of what is there is a wrong number.
      diskError(error);
    }
  }
}

/** What is counted, or is another agent's. */
class Counted {
  private readonly paths = new Set<string>();
  private readonly whole: string[] = [];

  add(path: string): void {
    this.paths.add(path);
  }

  addWhole(folders: readonly string[], file: string | null): void {
    this.whole.push(...folders);
    if (file !== null) this.paths.add(file);
  }

  has(path: string): boolean {
    return this.paths.has(path) || this.isInWhole(path);
  }

  /** Nobody looks at such a folder. */
  isInWhole(path: string): boolean {
    return this.whole.some((folder) => isInside(path, folder));
  }
}

function withLocks({ classes, locks }: Totals, store: AgentStore, { now, isDeadPid }: AgentFilesInput): AgentFiles {
  const isStale = ({ path, writtenMs }: Lock) =>
    now - writtenMs > (basename(path) === `${basename(store.indexPath)}.lock` ? INDEX_LOCK_MS : TRANSCRIPT_LOCK_MS) ||
    isDeadPid?.(lockPid(path, rootOf(path, store)) ?? process.pid) === true;
  const stale = locks.filter(isStale).length;
  return { classes, locks: { held: locks.length - stale, stale } };
}

function rootOf(path: string, { folder: { home, sessions }, root }: AgentStore): string {
  return [home.root, sessions.root].find((each) => isInside(path, each)) ?? root;
}

/** What SQLite keeps beside a database. */
const DATABASE_FILES: readonly (readonly [suffix: string, of: FileClass])[] = [
  ['', 'database'],
  ['-wal', 'wal'],
  ['-shm', 'other'],
  ['-journal', 'other'],
];

/** The class of a file that lies in a folder, by its path and its path below `agents/<id>/`; null: it is not counted there. */
type ClassOf = (path: string, below: string) => FileClass | null;

interface Walk {
  readonly counted: Counted;
  readonly before: KnownFiles | undefined;
  readonly isElsewhere: boolean;
  readonly input: AgentFilesInput;
}

/** The folders whose files are the agent's, and of no agent before it. */
async function partsOf(
  store: AgentStore,
  counted: Counted,
  before: KnownFiles | undefined,
  input: AgentFilesInput,
): Promise<Part[]> {
  const { home, sessions, agentDir } = store.folder;
  const parts: Part[] = [];
  const elsewhere = { counted, before, isElsewhere: true, input };
  for (const folder of storeFolders(store).filter((path) => !isInside(path, home.path))) {
    await addFolder(folder, 'sessions', elsewhere, parts);
    await addTree(join(folder, COLD), `sessions/${COLD}`, elsewhere, parts);
  }
  const own = { counted, before, isElsewhere: false, input };
  await addTree(home.path, '', own, parts);
  // Behind a link.
  if (!isInside(sessions.path, home.path)) await addTree(sessions.path, 'sessions', own, parts);
  if (!isInside(agentDir.path, home.path)) await addTree(agentDir.path, 'agent', own, parts);
  return parts;
}

/** A folder and those below it; links are not followed. */
async function addTree(path: string, below: string, walk: Walk, parts: Part[]): Promise<void> {
  const folder = await addFolder(path, below, walk, parts);
  for (const { name, path: inner, found } of folder?.entries ?? []) {
    if (found.kind === 'folder') await addTree(inner, pathBelow(below, name), walk, parts);
  }
}

/** The folder itself; `below` is its path below `agents/<id>/`. null: there is none. */
async function addFolder(
  path: string,
  below: string,
  { counted, before, isElsewhere, input }: Walk,
  parts: Part[],
): Promise<Folder | null> {
  if (counted.isInWhole(path)) return null;
  const folder = await folderOrNull(path, input);
  if (parts.length % FOLDERS_A_SLICE === FOLDERS_A_SLICE - 1) await input.pause();
  if (folder === null || counted.has(path)) return folder;
  counted.add(path);
  if (parts.length > MOST_FOLDERS) throw new DiskError('unreadable');
  const known = before?.byPath.get(path);
  const classes =
    known?.below === below && known.isElsewhere === isElsewhere
      ? known.classes
      : new WeakMap<FolderEntry, FileClass | null>();
  parts.push({ folder, version: folder.version, below, isElsewhere, classes });
  return folder;
}

async function folderOrNull(path: string, { looks, pause }: AgentFilesInput): Promise<Folder | null> {
  try {
    return await looks.folder(path, pause);
  } catch (error) {
    // An agent that was never used has none; one that vanished meanwhile has none either.
    if (diskError(error).problem === 'missing') return null;
    throw error;
  }
}

function areSameParts(some: readonly Part[], others: readonly Part[]): boolean {
  return (
    some.length === others.length &&
    // Two folders never have the same version.
    some.every(({ version, classes }, at) => version === others[at]?.version && classes === others[at]?.classes)
  );
}

function areSameFiles(some: readonly DatabaseFile[], others: readonly DatabaseFile[]): boolean {
  return some.length === others.length && some.every(({ bytes }, at) => bytes === others[at]?.bytes);
}

/** Every folder that is looked at for an agent, without those below. */
function foldersOf(store: AgentStore): string[] {
  const { home, sessions, agentDir } = store.folder;
  return [home.path, sessions.path, agentDir.path, ...storeFolders(store)];
}

/** Where the agent's index and transcripts lie, and what is archived of its database. */
function storeFolders({ indexPath, database }: AgentStore): string[] {
  const folders = [dirname(indexPath)];
  if (database !== null) {
    const folder = dirname(database.path);
    folders.push(basename(folder) === 'agent' ? join(dirname(folder), 'sessions') : folder);
  }
  return [...new Set(folders)];
}

function classesOf({ folder, indexPath, database }: AgentStore, databases: ReadonlySet<string>): ClassOf {
  const ofSessions = new Set([folder.sessions.path, dirname(indexPath)]);
  return (path, below) => {
    if (databases.has(path)) return null;
    const parent = dirname(path);
    if (ofSessions.has(parent)) return sessionFileClass(basename(path), basename(indexPath));
    if (basename(parent) === COLD && ofSessions.has(dirname(parent))) return 'cold';
    const found = agentFileClass(below);
    // Where the agent has another database, what lies in the usual place is not its own.
    return database !== null && (found === 'database' || found === 'wal') ? 'other' : found;
  };
}

function databaseFiles({ database }: AgentStore, counted: Counted, looks: Looks): DatabaseFile[] {
  if (database === null || counted.has(database.path)) return [];
  counted.add(database.path);
  return DATABASE_FILES.flatMap(([suffix, of]) => {
    const found = looks.at(`${database.path}${suffix}`);
    if (found.kind === 'problem') throw found.error;
    return found.kind === 'file' ? [{ class: of, bytes: found.signature.size }] : [];
  });
}

function pathBelow(below: string, name: string): string {
  return below === '' ? name : `${below}/${name}`;
}

function totalsOf(
  parts: readonly Part[],
  databases: readonly DatabaseFile[],
  classOf: ClassOf,
  referenced: ReadonlySet<string>,
): Totals {
  const totals = new Map<FileClass, { files: number; bytes: number }>();
  const locks: Lock[] = [];
  function count(of: FileClass, bytes: number): void {
    const total = totals.get(of) ?? { files: 0, bytes: 0 };
    totals.set(of, total);
    total.files += 1;
    total.bytes += bytes;
  }
  for (const { class: of, bytes } of databases) count(of, bytes);
  for (const { folder, below, isElsewhere, classes } of parts) {
    for (const entry of folder.entries) {
      const { path, found } = entry;
      if (found.kind === 'problem') throw found.error;
      if (found.kind !== 'file') continue;
      let of = classes.get(entry);
      if (of === undefined) {
        of = classOf(path, pathBelow(below, entry.name));
        classes.set(entry, of);
      }
      if (of === null || (isElsewhere && of === 'other')) continue;
      count(of === 'transcript' && !referenced.has(path) ? 'orphan' : of, found.signature.size);
      if (of === 'lock') locks.push({ path, writtenMs: found.signature.mtimeMs });
    }
  }
  const classes = FILE_CLASSES.flatMap((name) => {
    const total = totals.get(name);
    return total === undefined ? [] : [{ class: name, ...total }];
  });
  return { classes, locks };
}
