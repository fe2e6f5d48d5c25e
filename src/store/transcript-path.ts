import { basename, isAbsolute, join, resolve } from 'node:path';
import { isInside } from './disk.ts';
import type { IndexEntry } from './index-entry.ts';
import { agentsTail, isAnyAbsolute, mapPath, normalizeAnyPath, type PathMapping } from './path-map.ts';

/** The folders of one agent's store. */
export interface TranscriptPlace {
  /** The state directory, as a real path. */
  readonly stateDir: string;
  /** Folder of the agent's index and transcripts. */
  readonly sessionsDir: string;
  readonly mappings: readonly PathMapping[];
  /** Whether a file of that name lies in `sessionsDir`. */
  readonly has: (name: string) => boolean;
  /** Names of the topic transcripts of a session id in `sessionsDir`. */
  readonly topicsOf: (sessionId: string) => readonly string[];
}

export interface TranscriptPath {
  /** Absolute; whether it exists is for the caller to see. */
  readonly path: string | null;
  readonly pathNull: boolean;
  readonly leadsOut: boolean;
}

/**
 * Where an entry's transcript lies: `sessionFile`'s; where that is absent, null, blank, no string or leads out, the one
 * that `sessionId` names. The stored paths are of the gateway's host, which need not be ours.
 */
export function transcriptPath(entry: IndexEntry, thread: string | null, place: TranscriptPlace): TranscriptPath {
  const named = namedFile(entry);
  const pathNull =
    entry.sessionFile === null || entry.transcriptPath === null || (named === null && entry.sessionId === null);
  const byFile = named === null ? null : locate(named, place);
  if (byFile !== null && byFile !== 'outside') return { path: byFile, pathNull, leadsOut: false };
  const byId = entry.sessionId === null ? null : derive(entry.sessionId, thread, place);
  return {
    path: byId === 'outside' ? null : byId,
    pathNull,
    leadsOut: byFile === 'outside' || byId === 'outside',
  };
}

function namedFile(entry: IndexEntry): string | null {
  for (const path of [entry.sessionFile, entry.transcriptPath]) {
    if (typeof path === 'string' && path.trim() !== '') return path;
  }
  return null;
}

function locate(named: string, place: TranscriptPlace): string | 'outside' {
  const path = normalizeAnyPath(named);
  if (!isAnyAbsolute(named)) {
    const own = resolve(place.sessionsDir, path);
    return isInside(own, place.stateDir) ? own : 'outside';
  }
  if (isAbsolute(path) && isInside(path, place.stateDir)) return path;
  const mapped = mapPath(path, place.mappings);
  if (mapped !== null && isInside(mapped, place.stateDir)) return mapped;
  const tail = agentsTail(path);
  if (tail !== null) return join(place.stateDir, tail);
  const name = basename(path);
  return place.has(name) ? join(place.sessionsDir, name) : 'outside';
}

function derive(sessionId: string, thread: string | null, place: TranscriptPlace): string | 'outside' {
  const path = resolve(place.sessionsDir, `${sessionId}.jsonl`);
  if (!isInside(path, place.stateDir)) return 'outside';
  if (place.has(basename(path))) return path;
  const topic = thread === null ? null : `${sessionId}-topic-${encodeURIComponent(thread)}.jsonl`;
  if (topic !== null && place.has(topic)) return join(place.sessionsDir, topic);
  const [only] = place.topicsOf(sessionId);
  return only === undefined ? path : join(place.sessionsDir, only);
}
