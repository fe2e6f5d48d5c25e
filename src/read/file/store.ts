import { dirname, join } from 'node:path';
import { type AgentStore, ownerOf } from '../../discover/agent-stores.ts';
import { isThere, sameSignature } from '../../disk/files.ts';
import type { Folder, Looks } from '../../disk/looks.ts';
import type { Problem } from '../../model/problem.ts';
import type { ReadableStore, StoreReading, UnreadableStore } from '../../model/reading.ts';
import type { NeedsLastUsage, StoredSession } from '../../model/session.ts';
import { foundTranscript } from '../../model/transcript.ts';
import { isTranscriptName } from '../../openclaw/file-classes.ts';
import type { IndexEntry } from '../../openclaw/index-entry.ts';
import { parseKey } from '../../openclaw/keys.ts';
import { chosenModels } from '../../openclaw/model-override.ts';
import type { PathMapping } from '../../openclaw/path-map.ts';
import { unchanged } from '../../unchanged.ts';
import { type IndexResult, type ReadIndex, readIndexAsJson5, sameEntries } from './index-file.ts';
import type { Basis, KeptFiles, KnownReading, LeftInIndex } from './kept-files.ts';
import { type KeyedEntry, type ReadSession, readSession } from './session.ts';
import { type Listing, listing, type TranscriptFolders, transcriptPath } from './transcript-path.ts';

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
  readonly looks: Looks;
  readonly kept: { readonly files: KeptFiles };
  readonly needsLastUsage: NeedsLastUsage;
  /** A slice of the work is done. */
  readonly pause: () => Promise<void>;
}

/** Sessions that were read between two pauses. */
const SLICE = 50;

/** Reads a store of the file era. Never throws for bad data. The reading is the same object while nothing changed. */
export async function readFileStore(store: AgentStore, context: FileStoreContext): Promise<StoreReading> {
  const seen = await listingOf(dirname(store.indexPath), store.root, context);
  if (seen.problem !== null) return unreadable(store, seen.problem);
  const index = currentIndex(store, context);
  await context.pause();
  if (index.found === 'problem') return unreadable(store, index.problem);
  if (index.found === 'nothing') return withoutIndex(store, seen.listing, context);

  const { folders, versions } = await foldersOf(store, seen, context);
  const { kept, needsLastUsage } = context;
  const before = kept.files.readings.get(store.agent);
  const basis = (): Basis => ({
    store,
    index,
    folders,
    needsLastUsage,
    versions: [...versions, kept.files.transcripts.version],
  });
  if (before?.isTold && sameBasis(before.basis, basis())) return before.reading;
  const known = await readSessions(store, index, folders, before, context);
  // After the reading: it learns of transcripts.
  return kept.files.readings.set(store.agent, { ...known, basis: basis() }).reading;
}

async function readSessions(
  store: AgentStore,
  index: Extract<IndexResult, { found: 'index' }>,
  folders: TranscriptFolders,
  before: KnownReading | undefined,
  context: FileStoreContext,
): Promise<Omit<KnownReading, 'basis'>> {
  const { looks, needsLastUsage } = context;
  const reading = {
    folders,
    looks,
    transcripts: context.kept.files.transcripts,
    needsLastUsage,
    chosenModels: chosenModels(index.entries),
  };
  const made = new Map<string, ReadSession>();
  const sessions: StoredSession[] = [];
  const transcriptPaths: string[] = [];
  let archived = 0;
  let lastWriteMs = index.signature.mtimeMs;
  let isTold = true;
  let slice = 0;
  for (const each of ownEntries(store, index.entries, folders, before)) {
    const path = each.named?.path ?? null;
    if (path !== null) transcriptPaths.push(path);
    if (isArchived(each.entry)) {
      archived += 1;
      continue;
    }
    const last = before?.sessions.get(each.key);
    const now = readSession(store.agent, each, reading, last);
    made.set(each.key, now);
    isTold &&= path === null || looks.isTold(path);
    lastWriteMs = Math.max(lastWriteMs, foundTranscript(now.session)?.writtenMs ?? 0);
    sessions.push(now.session);
    if (now === last) continue;
    slice += 1;
    if (slice % SLICE === 0) await context.pause();
  }
  const problems = problemsOf(sessions);
  const now: ReadableStore = {
    ...nothingIn(store),
    layout: 'file',
    shared: store.sharedBy !== null,
    problems,
    sessions,
    archived,
    lastWriteMs,
    transcriptPaths,
  };
  // What could not be opened may be the next time, although no look shows it.
  return { isTold: isTold && problems.length === 0, sessions: made, reading: unchanged(before?.reading, now) };
}

function sameBasis(one: Basis, other: Basis): boolean {
  return (
    one.store === other.store &&
    one.index === other.index &&
    one.folders === other.folders &&
    one.needsLastUsage === other.needsLastUsage &&
    one.versions.every((version, at) => version === other.versions[at])
  );
}

/** What an index still holds beside a database; nothing where it is no index, since the database is what counts. */
export async function leftInIndex(store: AgentStore, context: FileStoreContext): Promise<LeftInIndex> {
  const seen = await listingOf(dirname(store.indexPath), store.root, context);
  if (seen.problem !== null) return { ...NOTHING_LEFT, problem: seen.problem };
  const index = currentIndex(store, context);
  if (index.found === 'problem' && UNSEEN.includes(index.problem)) return { ...NOTHING_LEFT, problem: index.problem };
  if (index.found !== 'index') return NOTHING_LEFT;
  const { folders } = await foldersOf(store, seen, context);
  const known = context.kept.files.left.get(store.agent);
  const { basis } = known ?? {};
  if (known !== undefined && basis?.store === store && basis.index === index && basis.folders === folders)
    return known.left;
  const entries = [...ownEntries(store, index.entries, folders)];
  const left = {
    keys: entries.map(({ key }) => key),
    transcriptPaths: entries.flatMap(({ named }) => named?.path ?? []),
    problem: null,
  };
  return context.kept.files.left.set(store.agent, { basis: { store, index, folders }, left }).left;
}

const NOTHING_LEFT: LeftInIndex = { keys: [], transcriptPaths: [], problem: null };
/** Nothing is known of such an index. */
const UNSEEN: readonly Problem[] = ['permission_denied', 'index_unreadable'];

/** The entries of an index that are the agent's: all of them, but in a shared one. Those of before where they are the same. */
function* ownEntries(
  { agent, sharedBy }: AgentStore,
  entries: ReadonlyMap<string, IndexEntry | null>,
  folders: TranscriptFolders,
  before?: KnownReading,
): Generator<KeyedEntry> {
  const isSamePlace = before?.basis.folders === folders;
  for (const [key, entry] of entries) {
    const last = before?.sessions.get(key)?.from;
    const parsedKey = last?.parsedKey ?? parseKey(key);
    if (sharedBy !== null && ownerOf(parsedKey.agent, sharedBy) !== agent) continue;
    if (isSamePlace && last?.entry === entry) yield last;
    else {
      // A lock that comes and goes is another listing, in which nearly all transcripts lie where they lay.
      const named = entry === null ? null : transcriptPath(entry, parsedKey.thread, folders);
      yield unchanged(last, { key, parsedKey, entry, named });
    }
  }
}

async function foldersOf(
  store: AgentStore,
  seen: SeenFolder,
  context: FileStoreContext,
): Promise<{ folders: TranscriptFolders; versions: number[] }> {
  const { stateDir, mappings, links, kept } = context;
  const { path, root } = store.folder.sessions;
  const own: [SeenFolder, ...SeenFolder[]] = [seen];
  if (path !== seen.listing.folder) own.push(await listingOf(path, root, context));
  const [first, ...others] = own;
  const folders: TranscriptFolders = {
    stateDir,
    roots: [...new Set([stateDir, store.root, root, ...links.map(({ to }) => to)])],
    mappings,
    links,
    own: [first.listing, ...others.map((each) => each.listing)],
  };
  return {
    folders: kept.files.folders.set(store.agent, unchanged(kept.files.folders.get(store.agent), folders)),
    versions: own.map(({ version }) => version),
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
  const { indexes } = context.kept.files;
  const kept = indexes.get(path);
  const keptSignature = kept === undefined || kept.found === 'nothing' ? null : kept.signature;
  const signature = context.looks.signature(path, root);
  if (kept?.found === 'nothing' && signature === 'missing') return kept;
  if (kept !== undefined && typeof signature !== 'string' && sameSignature(keptSignature, signature)) return kept;
  let result = context.readIndex(path, root);
  // 2026.2.17 to 2026.4.29 rotate the index by a rename: for a moment there is none.
  if (result.found === 'nothing' && keptSignature !== null) result = context.readIndex(path, root);
  if (context.readsJson5 && result.found === 'problem' && result.problem === 'index_invalid_json') {
    result = readIndexAsJson5(path, root, result);
  }
  return indexes.set(path, sameEntries(kept, result));
}

function unreadable({ agent }: AgentStore, problem: Problem): UnreadableStore {
  return { readable: false, agent, layout: 'file', schema: 0, version: null, problems: [problem] };
}

/** Transcripts without an index: OpenClaw's own clean-up takes them for leftovers and deletes them. */
async function withoutIndex(store: AgentStore, seen: Listing, context: FileStoreContext): Promise<ReadableStore> {
  const { path, root } = store.folder.sessions;
  const isElsewhere = path !== seen.folder && context.leavesTranscripts;
  if (hasTranscripts(seen, store.root, context)) return indexMissing(store);
  if (!isElsewhere) return nothingIn(store);
  const { listing: elsewhere } = await listingOf(path, root, context);
  return hasTranscripts(elsewhere, root, context) ? indexMissing(store) : nothingIn(store);
}

function indexMissing(store: AgentStore): ReadableStore {
  return { ...nothingIn(store), layout: 'file', problems: ['index_missing'] };
}

function hasTranscripts({ folder, names }: Listing, root: string, { looks }: FileStoreContext): boolean {
  return [...names].some(
    (name) => isTranscriptName(name) && typeof looks.signature(join(folder, name), root) !== 'string',
  );
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

/** A folder as it was seen in this scan, and why it could not be; `version`: of the folder, 0 where there is none. */
interface SeenFolder {
  readonly listing: Listing;
  readonly version: number;
  readonly problem: Problem | null;
}

const LISTINGS = new WeakMap<Folder['names'], Listing>();

async function listingOf(path: string, root: string, { looks, pause }: FileStoreContext): Promise<SeenFolder> {
  const folder = await looks.folderIn(path, root, pause);
  if (typeof folder === 'string') {
    const isNothing = folder === 'missing' && !isThere(path);
    const problem = folder === 'denied' ? 'permission_denied' : 'index_unreadable';
    return { listing: listing(path, []), version: 0, problem: isNothing ? null : problem };
  }
  const seen = LISTINGS.get(folder.names) ?? listing(path, folder.names);
  LISTINGS.set(folder.names, seen);
  return { listing: seen, version: folder.version, problem: null };
}
