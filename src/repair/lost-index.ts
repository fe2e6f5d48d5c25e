import { basename } from 'node:path';
import { jsonMembers, type Member, parsedValue, salvagedMembers, textOfMembers } from '../disk/json-members.ts';
import { isTranscriptName } from '../openclaw/file-classes.ts';
import { type IndexEntry, parseEntry } from '../openclaw/index-entry.ts';
import { contentOf, copiesOf, namesOrNone, readCopy } from './backup.ts';
import type { IndexPlace } from './change-index.ts';

/** An entry that can be brought back, byte for byte as some text holds it. */
interface FoundEntry {
  readonly key: string;
  /** Key and value. */
  readonly bytes: Buffer;
  /** Name of the file that holds it. */
  readonly from: string;
  /** The file that its transcript would be; null: it names none. */
  readonly transcript: { readonly name: string; readonly isThere: boolean } | null;
}

/** What is known of an index that is lost, broken, or was replaced by one that holds less. */
export interface LostIndex {
  readonly path: string;
  /** What is wrong with it; null: it is whole, and there are entries in copies whose transcripts nobody refers to. */
  readonly problem: 'missing' | 'empty' | 'damaged' | null;
  /** Entries of the index that is there, where it is whole. They stay as they are. */
  readonly present: number;
  /** Not in a whole index; in file order of where they were found. */
  readonly found: readonly FoundEntry[];
  /** In copies, not brought back: their transcripts are gone, so they may have been deleted on purpose. */
  readonly withoutTranscript: readonly string[];
  /** Copies that cannot be read, as a link of such a name. By name. */
  readonly unreadCopies: readonly string[];
  /** Transcripts that no index and no copy of one has an entry for: nothing tells their keys. By name. */
  readonly unknownTranscripts: readonly string[];
  /** What is there now; null: no file is. */
  readonly current: Buffer | null;
  /** What the index would be; null: there is nothing to bring back. */
  readonly text: Buffer | null;
}

/** A folder that transcripts of an index may lie in. */
interface Folder {
  readonly path: string;
  readonly root: string;
}

/**
 * Looks at an index, at the copies of it beside it, and at the transcripts. Changes nothing. `isWanted`: whether the entry of a
 * key is brought back from a copy. What can still be read of the index itself always stays. Throws a DiskError for what it may
 * not read.
 */
export function lookForLost(
  { path, root }: Pick<IndexPlace, 'path' | 'root'>,
  folders: readonly Folder[],
  isWanted: (key: string) => boolean = () => true,
): LostIndex {
  const current = contentOf(path, root);
  const whole = current === null || current.length === 0 ? null : jsonMembers(current);
  const isWhole = whole?.error === null;
  const problem = current === null ? 'missing' : current.length === 0 ? 'empty' : isWhole ? null : 'damaged';
  const transcripts = new Set(
    folders.flatMap((folder) => namesOrNone(folder.path, folder.root)).filter(isTranscriptName),
  );
  const present = isWhole && current !== null ? membersOf(current, whole.members, path, transcripts) : [];
  const own =
    problem === 'damaged' && current !== null ? membersOf(current, salvagedMembers(current), path, transcripts) : [];
  const used = new Set([...present, ...own].flatMap(({ transcript }) => transcript?.name ?? []));
  const known = new Set([...present, ...own].map(({ key }) => key));
  const found = [...own];
  const withoutTranscript = new Set<string>();
  const unreadCopies: string[] = [];
  for (const copy of copiesOf(path, root)) {
    const { bytes, problem: unread } = readCopy(copy, root);
    if (unread !== null) unreadCopies.push(basename(copy));
    if (bytes === null) continue;
    for (const entry of membersOf(bytes, salvagedMembers(bytes), copy, transcripts)) {
      if (known.has(entry.key) || !isWanted(entry.key)) continue;
      // A transcript that another entry uses was not lost: the key was renamed, or merged into another.
      if (entry.transcript === null || !entry.transcript.isThere || used.has(entry.transcript.name)) {
        withoutTranscript.add(entry.key);
        continue;
      }
      known.add(entry.key);
      used.add(entry.transcript.name);
      found.push(entry);
    }
  }
  return {
    path,
    problem,
    present: present.length,
    found,
    withoutTranscript: [...withoutTranscript].filter((key) => !known.has(key)),
    unreadCopies,
    unknownTranscripts: [...transcripts].filter((name) => !used.has(name)).toSorted(),
    current,
    text: found.length === 0 ? null : textOfMembers([...present, ...found].map(({ bytes }) => bytes)),
  };
}

/** The last member of each key counts, as in JSON.parse. */
function membersOf(
  bytes: Buffer,
  members: readonly Member[],
  from: string,
  transcripts: ReadonlySet<string>,
): FoundEntry[] {
  const byKey = new Map<string, FoundEntry>();
  for (const member of members) {
    byKey.set(member.key, {
      key: member.key,
      bytes: bytes.subarray(member.from, member.to),
      from: basename(from),
      transcript: transcriptOf(parseEntry(parsedValue(bytes, member)), transcripts),
    });
  }
  return [...byKey.values()];
}

/** By name: a session's transcript lies beside its index, or in the agent's folder, under whatever path that folder had. */
function transcriptOf(entry: IndexEntry | null, transcripts: ReadonlySet<string>): FoundEntry['transcript'] {
  if (entry === null) return null;
  const named = typeof entry.sessionFile === 'string' && entry.sessionFile.trim() !== '' ? entry.sessionFile : null;
  const name = named?.split(/[\\/]/).at(-1) ?? (entry.sessionId === null ? null : byId(entry.sessionId, transcripts));
  return name === null ? null : { name, isThere: transcripts.has(name) };
}

/** That of a topic has its thread in its name. */
function byId(sessionId: string, transcripts: ReadonlySet<string>): string {
  const name = `${sessionId}.jsonl`;
  if (transcripts.has(name)) return name;
  return [...transcripts].find((each) => each.startsWith(`${sessionId}-topic-`)) ?? name;
}
