import { dirname, join } from 'node:path';
import { type AgentStore, ownerOf } from '../../discover/agent-stores.ts';
import { diskError, isThere, namesIn, sameSignature, signatureOf } from '../../disk/files.ts';
import type { Kept } from '../../disk/kept.ts';
import type { Problem } from '../../model/problem.ts';
import type { ReadableStore, StoreReading, UnreadableStore } from '../../model/reading.ts';
import type { NeedsLastUsage, StoredSession } from '../../model/session.ts';
import { foundTranscript } from '../../model/transcript.ts';
import { isTranscriptName } from '../../openclaw/file-classes.ts';
import type { IndexEntry } from '../../openclaw/index-entry.ts';
import { parseKey } from '../../openclaw/keys.ts';
import { chosenModels } from '../../openclaw/model-override.ts';
import type { PathMapping } from '../../openclaw/path-map.ts';
import { type IndexResult, type ReadIndex, readIndexAsJson5 } from './index-file.ts';
import type { KeptTranscripts } from './kept-transcripts.ts';
import { type KeyedEntry, readSession } from './session.ts';
import { type Listing, listing, type TranscriptFolders, transcriptPath } from './transcript-path.ts';

/** What is known of indexes, by path, and of transcripts. */
interface KeptFiles {
  readonly indexes: Kept<IndexResult>;
  readonly transcripts: KeptTranscripts;
}

/** What reading needs besides the store. */
export interface FileStoreContext {
  /** The state directory, as a real path. */
  readonly stateDir: string;
  readonly mappings: readonly PathMapping[];
  /** Where the links lead that stand in the place of an agent's folder and were followed. */
  readonly links: readonly PathMapping[];
  readonly readIndex: ReadIndex;
  /** The version may leave transcripts in `agents/<id>/sessions/`, also where the index lies elsewhere (before 2026.2.17). */
  readonly leavesTranscripts: boolean;
  /** The version reads an index as JSON5 (before 2026.2.17). */
  readonly readsJson5: boolean;
  readonly kept: KeptFiles;
  readonly needsLastUsage: NeedsLastUsage;
  /** A slice of the work is done. */
  readonly pause: () => Promise<void>;
}

/** Sessions between two pauses. */
const SLICE = 50;

/** Reads a store of the file era. Never throws for bad data. */
export async function readFileStore(store: AgentStore, context: FileStoreContext): Promise<StoreReading> {
  const { seen, problem } = listingOf(dirname(store.indexPath), store.root);
  if (problem !== null) return unreadable(store, problem);
  const result = currentIndex(store, context);
  await context.pause();
  if (result.found === 'problem') return unreadable(store, result.problem);
  if (result.found === 'nothing') return withoutIndex(store, seen, context);

  const folders = foldersOf(store, seen, context);
  const reading = {
    folders,
    transcripts: context.kept.transcripts,
    needsLastUsage: context.needsLastUsage,
    chosenModels: chosenModels(result.entries),
  };
  const sessions: StoredSession[] = [];
  const transcriptPaths: string[] = [];
  let archived = 0;
  let lastWriteMs = result.signature.mtimeMs;
  let slice = 0;
  for (const each of ownEntries(store, result.entries, folders)) {
    const { entry, named } = each;
    slice += 1;
    if (slice % SLICE === 0) await context.pause();
    if (named !== null && named.path !== null) transcriptPaths.push(named.path);
    if (isArchived(entry)) {
      archived += 1;
      continue;
    }
    const session = readSession(store.agent, each, reading);
    lastWriteMs = Math.max(lastWriteMs, foundTranscript(session)?.writtenMs ?? 0);
    sessions.push(session);
  }
  return {
    ...nothingIn(store),
    layout: 'file',
    shared: store.sharedBy !== null,
    problems: problemsOf(sessions),
    sessions,
    archived,
    lastWriteMs,
    transcriptPaths,
  };
}

/** What an index still holds beside a database; nothing where it cannot be read, since the database is what counts. */
export function leftInIndex(
  store: AgentStore,
  context: FileStoreContext,
): { keys: string[]; transcriptPaths: string[] } {
  const left = { keys: [] as string[], transcriptPaths: [] as string[] };
  const { seen, problem } = listingOf(dirname(store.indexPath), store.root);
  if (problem !== null) return left;
  const result = currentIndex(store, context);
  if (result.found !== 'index') return left;
  for (const { key, named } of ownEntries(store, result.entries, foldersOf(store, seen, context))) {
    left.keys.push(key);
    if (named !== null && named.path !== null) left.transcriptPaths.push(named.path);
  }
  return left;
}

/** The entries of an index that are the agent's: all of them, but in a shared one. */
function* ownEntries(
  { agent, sharedBy }: AgentStore,
  entries: ReadonlyMap<string, IndexEntry | null>,
  folders: TranscriptFolders,
): Generator<KeyedEntry> {
  for (const [key, entry] of entries) {
    const parsedKey = parseKey(key);
    if (sharedBy !== null && ownerOf(parsedKey.agent, sharedBy) !== agent) continue;
    yield { key, parsedKey, entry, named: entry === null ? null : transcriptPath(entry, parsedKey.thread, folders) };
  }
}

function foldersOf(store: AgentStore, seen: Listing, context: FileStoreContext): TranscriptFolders {
  const { stateDir, mappings, links } = context;
  const { path, root } = store.folder.sessions;
  return {
    stateDir,
    roots: [...new Set([stateDir, store.root, root, ...links.map(({ to }) => to)])],
    mappings,
    links,
    own: [seen, ...(path === seen.folder ? [] : [listingOf(path, root).seen])],
  };
}

/** A transcript that cannot be looked at hides what is wrong with its session: the store says so. */
function problemsOf(sessions: readonly StoredSession[]): Problem[] {
  const states = new Set(sessions.map(({ transcript }) => transcript.state));
  return [
    ...(states.has('denied') ? (['permission_denied'] as const) : []),
    ...(states.has('unreadable') ? (['index_unreadable'] as const) : []),
  ];
}

/** The index as it stands: what it gave the last time, while its signature is the same. */
function currentIndex({ indexPath: path, root }: AgentStore, context: FileStoreContext): IndexResult {
  const kept = context.kept.indexes.get(path);
  const keptSignature = kept === undefined || kept.found === 'nothing' ? null : kept.signature;
  if (kept !== undefined && sameSignature(keptSignature, signatureOrNull(path, root))) return kept;
  let result = context.readIndex(path, root);
  // 2026.2.17 to 2026.4.29 rotate the index by a rename: for a moment there is none.
  if (result.found === 'nothing' && keptSignature !== null) result = context.readIndex(path, root);
  if (context.readsJson5 && result.found === 'problem' && result.problem === 'index_invalid_json') {
    result = readIndexAsJson5(path, root, result);
  }
  return context.kept.indexes.set(path, result);
}

function unreadable({ agent }: AgentStore, problem: Problem): UnreadableStore {
  return { readable: false, agent, layout: 'file', schema: 0, version: null, problems: [problem] };
}

/** Transcripts without an index: OpenClaw's own clean-up takes them for leftovers and deletes them. */
function withoutIndex(store: AgentStore, seen: Listing, { leavesTranscripts }: FileStoreContext): ReadableStore {
  const { path, root } = store.folder.sessions;
  const isElsewhere = path !== seen.folder && leavesTranscripts;
  if (!hasTranscripts(seen, store.root) && !(isElsewhere && hasTranscripts(listingOf(path, root).seen, root)))
    return nothingIn(store);
  return { ...nothingIn(store), layout: 'file', problems: ['index_missing'] };
}

function hasTranscripts({ folder, names }: Listing, root: string): boolean {
  return [...names].some((name) => isTranscriptName(name) && signatureOrNull(join(folder, name), root) !== null);
}

/** The reading of a store without anything in it. */
function nothingIn({ agent }: AgentStore): ReadableStore {
  return {
    agent,
    layout: 'empty',
    shared: false,
    schema: 0,
    version: null,
    readable: true,
    problems: [],
    sessions: [],
    archived: 0,
    lastWriteMs: null,
    transcriptPaths: [],
    database: null,
    unimported: 0,
    staleSinceMs: null,
  };
}

function isArchived(entry: IndexEntry | null): boolean {
  return entry !== null && entry.archivedAt !== null && entry.archivedAt > 0;
}

function listingOf(folder: string, root: string): { seen: Listing; problem: Problem | null } {
  try {
    return { seen: listing(folder, namesIn(folder, root)), problem: null };
  } catch (error) {
    const { problem } = diskError(error);
    const seen = listing(folder, []);
    if (problem === 'missing' && !isThere(folder)) return { seen, problem: null };
    return { seen, problem: problem === 'denied' ? 'permission_denied' : 'index_unreadable' };
  }
}

function signatureOrNull(path: string, root: string) {
  try {
    return signatureOf(path, root);
  } catch {
    return null;
  }
}
