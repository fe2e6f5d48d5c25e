import { readSync } from 'node:fs';
import { diskError, type FileSignature, openFile } from './disk.ts';
import { ENTRY_FIELDS, type IndexEntry, parseEntry } from './index-entry.ts';
import { jsonEntries, type ReadPart } from './json-entries.ts';
import { JsonError } from './json-scan.ts';
import type { Problem } from './session.ts';

/** What stands in one `sessions.json`. */
export interface IndexFile {
  readonly signature: FileSignature;
  /** By session key, in file order; null for an entry that is no object. */
  readonly entries: ReadonlyMap<string, IndexEntry | null>;
}

export type IndexResult =
  | { readonly found: 'index'; readonly index: IndexFile }
  | { readonly found: 'nothing' }
  | { readonly found: 'problem'; readonly problem: Problem; readonly detail: string };

/** Reads an index that must lie inside `root` (a real path). What is bad with it becomes a result, never an exception. */
export type ReadIndex = (path: string, root: string) => IndexResult;

export function readIndex(path: string, root: string): IndexResult {
  try {
    using file = openFile(path, root);
    const { fd, signature } = file;
    if (signature.size === 0) return { found: 'problem', problem: 'index_empty', detail: '0 bytes' };
    return parseIndex((into, position) => readSync(fd, into, 0, into.length, position), signature);
  } catch (error) {
    const { problem } = diskError(error);
    if (problem === 'missing') return { found: 'nothing' };
    return {
      found: 'problem',
      problem: problem === 'denied' ? 'permission_denied' : 'index_unreadable',
      detail: problem,
    };
  }
}

function parseIndex(read: ReadPart, signature: FileSignature): IndexResult {
  const entries = new Map<string, IndexEntry | null>();
  try {
    for (const [key, value] of jsonEntries(read, ENTRY_FIELDS)) {
      // As JSON.parse has it: a key that stands twice keeps its first place and its last value.
      entries.set(key, parseEntry(value));
    }
  } catch (error) {
    if (error instanceof JsonError) return { found: 'problem', problem: 'index_invalid_json', detail: error.message };
    throw error;
  }
  return { found: 'index', index: { signature, entries } };
}
