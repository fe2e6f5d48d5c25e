import { basename, isAbsolute, join, resolve } from 'node:path';
import { isInside } from '../../disk/files.ts';
import type { Flaw } from '../../model/session.ts';
import { isTranscriptName } from '../../openclaw/file-classes.ts';
import type { IndexEntry } from '../../openclaw/index-entry.ts';
import { agentsTail, isAnyAbsolute, mapPath, normalizeAnyPath, type PathMapping } from '../../openclaw/path-map.ts';

/** A folder and what was seen in it. */
export interface Listing {
  /** Absolute. */
  readonly folder: string;
  readonly names: ReadonlySet<string>;
  /** The first transcript of a topic (`<id>-topic-<thread>.jsonl`), by session id. */
  readonly topics: ReadonlyMap<string, string>;
}

export function listing(folder: string, names: readonly string[]): Listing {
  const topics = new Map<string, string>();
  for (const name of names) {
    const at = name.indexOf('-topic-');
    const id = name.slice(0, at);
    if (at > 0 && isTranscriptName(name) && !topics.has(id)) topics.set(id, name);
  }
  return { folder, names: new Set(names), topics };
}

/** The folders of one agent's store. */
export interface TranscriptFolders {
  /** The state directory, as a real path. */
  readonly stateDir: string;
  /** Folders that transcripts may lie in, as real paths: the state directory, what its links lead to, a configured store. */
  readonly roots: readonly string[];
  readonly mappings: readonly PathMapping[];
  /** Where the links lead that stand in the place of an agent's folder and were followed, the deepest first. */
  readonly links: readonly PathMapping[];
  /**
   * Where the session's own transcripts are looked for: the folder of its index; then the agent's default folder, in
   * which they stay before 2026.2.17 although `session.store` names another.
   */
  readonly own: readonly [Listing, ...Listing[]];
}

export interface TranscriptPath {
  /** Absolute; whether it exists is for the caller to see. */
  readonly path: string | null;
  readonly flaws: readonly Extract<Flaw, 'path_null' | 'leads_out'>[];
  /** Another transcript that `sessionId` names and that is there; null: none. */
  readonly other: string | null;
}

/**
 * Where an entry's transcript lies: `sessionFile`'s; where that is absent, null, blank, no string or leads out, the one
 * that `sessionId` names. The stored paths are of the gateway's host, which need not be ours.
 */
export function transcriptPath(entry: IndexEntry, thread: string | null, folders: TranscriptFolders): TranscriptPath {
  const named = namedFile(entry);
  const isNull =
    entry.sessionFile === null || entry.transcriptPath === null || (named === null && entry.sessionId === null);
  const pathNull = isNull ? (['path_null'] as const) : [];
  const byFile = named === null ? null : locate(named, folders);
  const byId = entry.sessionId === null ? null : derive(entry.sessionId, thread, folders);
  // Each by itself, also where the other one is good.
  const leadsOut = byFile === 'outside' || byId === 'outside' ? (['leads_out'] as const) : [];
  const flaws = [...pathNull, ...leadsOut];
  if (byFile !== null && byFile !== 'outside') return { path: byFile, flaws, other: otherOf(entry, byFile, folders) };
  return { path: byId === 'outside' ? null : byId, flaws, other: null };
}

function namedFile(entry: IndexEntry): string | null {
  for (const path of [entry.sessionFile, entry.transcriptPath]) {
    if (typeof path === 'string' && path.trim() !== '') return path;
  }
  return null;
}

function locate(named: string, folders: TranscriptFolders): string | 'outside' {
  const path = normalizeAnyPath(named);
  const [{ folder }] = folders.own;
  if (!isAnyAbsolute(named)) return inside(resolve(folder, path), folders) ?? 'outside';
  const mapped = mapPath(path, folders.mappings);
  const here = (isAbsolute(path) ? inside(path, folders) : null) ?? (mapped === null ? null : inside(mapped, folders));
  if (here !== null) return here;
  const tail = agentsTail(path);
  if (tail !== null) return behindLinks(join(folders.stateDir, tail), folders);
  return find(basename(path), folders) ?? 'outside';
}

function derive(sessionId: string, thread: string | null, folders: TranscriptFolders): string | 'outside' {
  const name = `${sessionId}.jsonl`;
  const [{ folder }] = folders.own;
  const isForeign = isAnyAbsolute(name) && !isAbsolute(name);
  const path = isForeign ? null : inside(resolve(folder, normalizeAnyPath(name)), folders);
  if (path === null) return 'outside';
  const topic = topicName(sessionId, thread);
  return find(name, folders) ?? (topic === null ? null : find(topic, folders)) ?? findTopic(sessionId, folders) ?? path;
}

/** null: there is no topic, or no file can be named by it: half of a character is what encodeURIComponent throws for. */
function topicName(sessionId: string, thread: string | null): string | null {
  return thread?.isWellFormed() ? `${sessionId}-topic-${encodeURIComponent(thread)}.jsonl` : null;
}

function otherOf({ sessionId }: IndexEntry, path: string, folders: TranscriptFolders): string | null {
  const own = sessionId === null ? null : find(`${sessionId}.jsonl`, folders);
  return own === path ? null : own;
}

function inside(path: string, folders: TranscriptFolders): string | null {
  const real = behindLinks(path, folders);
  return folders.roots.some((root) => isInside(real, root)) ? real : null;
}

/** Everything in a followed folder is told by its real path, as it is listed. */
function behindLinks(path: string, { links }: TranscriptFolders): string {
  return mapPath(path, links) ?? path;
}

function find(name: string, { own }: TranscriptFolders): string | null {
  const listing = own.find(({ names }) => names.has(name));
  return listing === undefined ? null : join(listing.folder, name);
}

function findTopic(sessionId: string, { own }: TranscriptFolders): string | null {
  for (const { folder, topics } of own) {
    const name = topics.get(sessionId);
    if (name !== undefined) return join(folder, name);
  }
  return null;
}
