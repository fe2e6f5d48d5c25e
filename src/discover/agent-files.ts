import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { diskError, isInside } from '../disk/files.ts';
import type { AgentFiles } from '../model/files.ts';
import { agentFileClass, COLD, FILE_CLASSES, type FileClass, sessionFileClass } from '../openclaw/file-classes.ts';
import { AGE_SECONDS } from '../thresholds.ts';
import type { AgentStore } from './agent-stores.ts';
import { lockPid } from './lock-file.ts';

interface Found {
  readonly path: string;
  readonly class: FileClass;
  readonly bytes: number;
  readonly writtenMs: number;
}

/** Files between two pauses. */
const SLICE = 200;
/** A lock is judged by its age: process ids mean nothing across containers, unless the operator says that they do. */
const INDEX_LOCK_MS = AGE_SECONDS.indexLock * 1000;
const TRANSCRIPT_LOCK_MS = AGE_SECONDS.transcriptLock * 1000;

export interface AgentFilesInput {
  /** In the order of the config. */
  readonly stores: readonly AgentStore[];
  /** Paths of all transcripts that an index refers to. */
  readonly referenced: ReadonlySet<string>;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Whether the process that a lock names is gone; null: process ids of the gateway mean nothing here. */
  readonly isDeadPid: ((pid: number) => boolean) | null;
  readonly pause: () => Promise<void>;
}

/**
 * What lies in the agents' folders, by class, from names and `stat` alone: every regular file below `agents/<id>/`, and
 * those of a store or database elsewhere, which belong to the first agent that uses it. An agent whose folders could not all be
 * looked at is left out.
 */
export async function agentFiles({
  stores,
  referenced,
  now,
  isDeadPid,
  pause,
}: AgentFilesInput): Promise<Map<string, AgentFiles>> {
  const totals = new Map<string, AgentFiles>();
  const databases = new Set(
    stores.flatMap(({ database }) =>
      database === null ? [] : DATABASE_FILES.map(([suffix]) => `${database.path}${suffix}`),
    ),
  );
  const counted = new Set<string>();
  for (const store of stores) {
    const found: Found[] = [];
    try {
      for (const file of filesOf(store, databases, counted)) {
        const isOrphan = file.class === 'transcript' && !referenced.has(file.path);
        found.push(isOrphan ? { ...file, class: 'orphan' } : file);
        if (found.length % SLICE === 0) await pause();
      }
    } catch (error) {
      // Half of what is there is a wrong number.
      diskError(error);
      continue;
    }
    const isStale = (lock: Found) =>
      now - lock.writtenMs >
        (basename(lock.path) === `${basename(store.indexPath)}.lock` ? INDEX_LOCK_MS : TRANSCRIPT_LOCK_MS) ||
      isDeadPid?.(lockPid(lock.path, rootOf(lock.path, store)) ?? process.pid) === true;
    totals.set(store.agent, total(found, isStale));
  }
  return totals;
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
  readonly classOf: ClassOf;
  /** Folders whose files were counted, for this agent or one before it. */
  readonly counted: Set<string>;
}

function* filesOf(store: AgentStore, databases: ReadonlySet<string>, counted: Set<string>): Generator<Found> {
  const { home, sessions, agentDir } = store.folder;
  const classOf = classesOf(store, databases);
  yield* databaseFiles(store, counted);
  // Somebody's home can be the folder of a store: what is not of the store there is nobody's business.
  const ofStore: ClassOf = (path, below) => {
    const found = classOf(path, below);
    return found === 'other' ? null : found;
  };
  for (const folder of storeFolders(store).filter((path) => !isInside(path, home.path))) {
    yield* filesIn(folder, 'sessions', { classOf: ofStore, counted });
    yield* walk(join(folder, COLD), `sessions/${COLD}`, { classOf: ofStore, counted });
  }
  yield* walk(home.path, '', { classOf, counted });
  // Behind a link.
  if (!isInside(sessions.path, home.path)) yield* walk(sessions.path, 'sessions', { classOf, counted });
  if (!isInside(agentDir.path, home.path)) yield* walk(agentDir.path, 'agent', { classOf, counted });
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

function* databaseFiles({ database }: AgentStore, counted: Set<string>): Generator<Found> {
  if (database === null || counted.has(database.path)) return;
  counted.add(database.path);
  for (const [suffix, of] of DATABASE_FILES) {
    const file = fileAt(`${database.path}${suffix}`, of);
    if (file !== null) yield file;
  }
}

/** The regular files of a folder and of those below it; links are not followed. */
function* walk(folder: string, below: string, { classOf, counted }: Walk): Generator<Found> {
  for (const entry of yield* filesIn(folder, below, { classOf, counted })) {
    if (entry.isDirectory()) yield* walk(join(folder, entry.name), pathBelow(below, entry.name), { classOf, counted });
  }
}

/** Those that lie in the folder itself; returns all that lies in it. `below` is its path below `agents/<id>/`. */
function* filesIn(folder: string, below: string, { classOf, counted }: Walk): Generator<Found, Dirent[]> {
  const entries = entriesOf(folder);
  if (counted.has(folder)) return entries;
  counted.add(folder);
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(folder, entry.name);
    const of = classOf(path, pathBelow(below, entry.name));
    const file = of === null ? null : fileAt(path, of);
    if (file !== null) yield file;
  }
  return entries;
}

function pathBelow(below: string, name: string): string {
  return below === '' ? name : `${below}/${name}`;
}

function fileAt(path: string, of: FileClass): Found | null {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isFile() ? { path, class: of, bytes: stat.size, writtenMs: stat.mtimeMs } : null;
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    // An agent that was never used has none; one that vanished meanwhile has none either.
    if (diskError(error).problem === 'missing') return [];
    throw error;
  }
}

function total(found: readonly Found[], isStale: (lock: Found) => boolean): AgentFiles {
  const byClass = Map.groupBy(found, (file) => file.class);
  const classes = [...byClass].map(([name, files]) => ({
    class: name,
    files: files.length,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
  }));
  const locks = byClass.get('lock') ?? [];
  const stale = locks.filter(isStale).length;
  const order = (name: FileClass) => FILE_CLASSES.indexOf(name);
  return {
    classes: classes.toSorted((a, b) => order(a.class) - order(b.class)),
    locks: { held: locks.length - stale, stale },
  };
}
