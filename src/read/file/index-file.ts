import { readSync } from 'node:fs';
import JSON5 from 'json5';
import { diskError, type FileSignature, openFile, readAt } from '../../disk/files.ts';
import { EntryTooLarge, jsonEntries, type ReadPart } from '../../disk/json-entries.ts';
import { JsonError } from '../../disk/json-scan.ts';
import { isObject } from '../../is-object.ts';
import type { Problem } from '../../model/problem.ts';
import { MOST_CHARACTERS, MOST_SESSIONS } from '../../model/reading.ts';
import { charactersOf, ENTRY_FIELDS, type IndexEntry, parseEntry } from '../../openclaw/index-entry.ts';
import { unchanged } from '../../unchanged.ts';

/** What a look at one `sessions.json` gave. */
export type IndexResult =
  | {
      readonly found: 'index';
      /** By session key, in file order; null for an entry that is no object. */
      readonly entries: ReadonlyMap<string, IndexEntry | null>;
      readonly signature: FileSignature;
    }
  | { readonly found: 'nothing' }
  | {
      readonly found: 'problem';
      readonly problem: Problem;
      readonly detail: string;
      /** null: nothing of the file could be seen. */
      readonly signature: FileSignature | null;
    };

/** Reads an index that must lie inside `root` (a real path). What is bad with it becomes a result, never an exception. */
export type ReadIndex = (path: string, root: string) => IndexResult;

export function readIndex(path: string, root: string): IndexResult {
  try {
    using file = openFile(path, root);
    const { fd, signature } = file;
    if (signature.size === 0) return { found: 'problem', problem: 'index_empty', detail: '0 bytes', signature };
    return parseIndex((into, position) => readSync(fd, into, 0, into.length, position), signature);
  } catch (error) {
    const { problem } = diskError(error);
    if (problem === 'missing') return { found: 'nothing' };
    return {
      found: 'problem',
      problem: problem === 'denied' ? 'permission_denied' : 'index_unreadable',
      detail: problem,
      signature: null,
    };
  }
}

/**
 * An index with the entries of before where they say the same: it is written anew as a whole for every session that
 * changed, and whoever has made something of an entry keeps it.
 */
export function sameEntries(before: IndexResult | undefined, now: IndexResult): IndexResult {
  if (before?.found !== 'index' || now.found !== 'index') return now;
  const entries = new Map([...now.entries].map(([key, entry]) => [key, unchanged(before.entries.get(key), entry)]));
  return { ...now, entries };
}

function parseIndex(read: ReadPart, signature: FileSignature): IndexResult {
  const entries = new Map<string, IndexEntry | null>();
  let characters = 0;
  try {
    for (const [key, value] of jsonEntries(read, ENTRY_FIELDS, signature.size)) {
      // As JSON.parse has it: a key that stands twice keeps its first place and its last value.
      const entry = parseEntry(value);
      entries.set(key, entry);
      if (entries.size > MOST_SESSIONS) return tooLarge(`more than ${MOST_SESSIONS} sessions`, signature);
      characters += key.length + charactersOf(entry ?? {});
      if (characters > MOST_CHARACTERS)
        return tooLarge(`sessions of more than ${MOST_CHARACTERS} characters`, signature);
    }
  } catch (error) {
    if (error instanceof EntryTooLarge) return tooLarge(error.message, signature);
    if (error instanceof JsonError)
      return { found: 'problem', problem: 'index_invalid_json', detail: error.message, signature };
    throw error;
  }
  return { found: 'index', entries, signature };
}

function tooLarge(detail: string, signature: FileSignature): IndexResult {
  return { found: 'problem', problem: 'index_unreadable', detail, signature };
}

/** JSON5 takes 60 to 100 times as long as JSON (measured). */
const LARGEST_JSON5_BYTES = 1024 * 1024;

/**
 * An index that is no JSON, read as the versions before 2026.2.17 read it: as JSON5, so that one that was edited by hand
 * is healthy to them. Gives `strict` back where it is none, or too large.
 */
export function readIndexAsJson5(path: string, root: string, strict: IndexResult): IndexResult {
  try {
    using file = openFile(path, root);
    const { fd, signature } = file;
    if (signature.size > LARGEST_JSON5_BYTES) return strict;
    const content: unknown = JSON5.parse(readAt(fd, 0, signature.size).toString('utf8'));
    if (!isObject(content)) return strict;
    const entries = new Map(Object.entries(content).map(([key, value]) => [key, parseEntry(value)]));
    if (entries.size > MOST_SESSIONS) return tooLarge(`more than ${MOST_SESSIONS} sessions`, signature);
    return { found: 'index', entries, signature };
  } catch {
    return strict;
  }
}
