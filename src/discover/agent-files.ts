import { type Dirent, lstatSync, readdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { diskError, isInside } from '../disk/files.ts';
import type { AgentFiles } from '../model/files.ts';
import { FILE_CLASSES, type FileClass, fileClass } from '../openclaw/file-classes.ts';
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
  const claimed = new Set<string>();
  for (const store of stores) {
    const found: Found[] = [];
    try {
      for (const file of filesOf(store, claimed)) {
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
      isDeadPid?.(lockPid(lock.path, store.root) ?? process.pid) === true;
    totals.set(store.agent, total(found, isStale));
  }
  return totals;
}

function* filesOf(store: AgentStore, claimed: Set<string>): Generator<Found> {
  const home = dirname(store.defaultFolder);
  const indexName = basename(store.indexPath);
  const sessions = dirname(store.indexPath);
  if (sessions !== store.defaultFolder && !store.isOutOfReach && !claimed.has(sessions)) {
    claimed.add(sessions);
    for (const file of walk(sessions, 'sessions', indexName, false)) {
      // Somebody's home can be the folder of a store: what is not of the store there is nobody's business.
      if (file.class !== 'other') yield file;
    }
  }
  const agentDir = store.database === null ? null : dirname(store.database.path);
  if (agentDir !== null && !isInside(agentDir, realFolder(home)) && !claimed.has(agentDir)) {
    claimed.add(agentDir);
    for (const file of walk(agentDir, 'agent', indexName, false)) if (file.class !== 'other') yield file;
  }
  if (isInside(realFolder(home), dirname(dirname(home)))) yield* walk(home, '', indexName, true);
}

/** The regular files of a folder; links are not followed. `below` is its path below `agents/<id>/`. */
function* walk(folder: string, below: string, indexName: string, isDeep: boolean): Generator<Found> {
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    const relative = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory() && isDeep) yield* walk(path, relative, indexName, true);
    if (!entry.isFile()) continue;
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) continue;
    yield { path, class: fileClass(relative, indexName), bytes: stat.size, writtenMs: stat.mtimeMs };
  }
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

function realFolder(folder: string): string {
  try {
    return realpathSync.native(folder);
  } catch (error) {
    if (diskError(error).problem === 'missing') return folder;
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
