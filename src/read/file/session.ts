import { type DiskProblem, diskError, type FileSignature, isInside, sameSignature } from '../../disk/files.ts';
import type { Looks } from '../../disk/looks.ts';
import {
  type Flaw,
  type NeedsLastUsage,
  NOTHING_STORED,
  type StoredRoute,
  type StoredSession,
} from '../../model/session.ts';
import type { Transcript } from '../../model/transcript.ts';
import { newest } from '../../newest.ts';
import type { IndexEntry } from '../../openclaw/index-entry.ts';
import type { ParsedKey } from '../../openclaw/keys.ts';
import type { LastUsage } from '../../openclaw/last-usage.ts';
import { type ChosenModels, modelOverride } from '../../openclaw/model-override.ts';
import { isDecided } from '../../openclaw/tokens.ts';
import { unchanged } from '../../unchanged.ts';
import type { KeptTranscripts, KnownTranscript } from './kept-transcripts.ts';
import type { TranscriptFolders, TranscriptPath } from './transcript-path.ts';

/** An entry of an index, with its key. */
export interface KeyedEntry {
  readonly key: string;
  readonly parsedKey: ParsedKey;
  /** null: it is no object. */
  readonly entry: IndexEntry | null;
  /** Where the entry says that its transcript lies. */
  readonly named: TranscriptPath | null;
}

/** What a session is read with. */
export interface TranscriptReading {
  readonly folders: TranscriptFolders;
  readonly looks: Looks;
  readonly transcripts: KeptTranscripts;
  readonly needsLastUsage: NeedsLastUsage;
  /** Of the whole index. */
  readonly chosenModels: ChosenModels;
}

/** A session, and what it was made from. */
export interface ReadSession {
  readonly from: KeyedEntry;
  readonly found: Found;
  readonly needsLastUsage: NeedsLastUsage;
  readonly session: StoredSession;
}

/** An entry of an index with its transcript as a session; the one of `before` where entry and transcript are the same. */
export function readSession(
  agent: string,
  from: KeyedEntry,
  reading: TranscriptReading,
  before?: ReadSession,
): ReadSession {
  const { key, parsedKey, entry, named } = from;
  const { needsLastUsage } = reading;
  const seen = named === null || named.path === null ? 'unnamed' : see(named.path, reading);
  const chosen =
    entry === null ? null : modelOverride({ key, parsedKey, chatType: entry.chatType, entry }, reading.chosenModels);
  const override = unchanged(before?.session.override, chosen);
  if (before !== undefined && override === before.session.override && isSame(before, { from, seen, reading }))
    return before;
  const nothing: StoredSession = { ...NOTHING_STORED, agent, era: 'file', key, parsedKey };
  if (entry === null || named === null) {
    return { from, found: 'unnamed', needsLastUsage, session: { ...nothing, flaws: ['entry_not_object'] } };
  }
  const stored = { ...nothing, ...storedOf(entry), override };
  const found = typeof seen === 'string' ? seen : lookAt(seen, stored, reading);
  const header = typeof found === 'string' ? null : found.summary?.header;
  const session: StoredSession = {
    ...stored,
    flaws: flawsOf(entry, named, found),
    startedMs: entry.sessionStartedAt ?? header?.startedMs ?? null,
    transcript: transcriptOf(named.path, found),
  };
  return { from, found, needsLastUsage, session };
}

/** Whether nothing that the session was made from changed: not even its record is made anew. */
function isSame(
  { from, found, needsLastUsage }: ReadSession,
  now: { readonly from: KeyedEntry; readonly seen: Seen | Unseen; readonly reading: TranscriptReading },
): boolean {
  const { seen, reading } = now;
  if (from !== now.from || needsLastUsage !== reading.needsLastUsage) return false;
  if (typeof seen === 'string' || typeof found === 'string') return seen === found && !isPassing(found);
  return found === reading.transcripts.get(seen.path) && sameSignature(found.signature, seen.signature);
}

/** An error that may be gone at the next scan, although neither folder nor file shows a change. */
function isPassing(found: Found): boolean {
  return found === 'denied' || found === 'unreadable';
}

/** What the entry says without its transcript. */
function storedOf(entry: IndexEntry) {
  return {
    sessionId: entry.sessionId,
    chatType: entry.chatType,
    route: routeOf(entry),
    // A blank one is none: OpenClaw looks on.
    account: entry.origin?.accountId || entry.deliveryContext?.accountId || entry.lastAccountId || null,
    model: entry.model,
    provider: entry.modelProvider,
    totalTokens: entry.totalTokens,
    inputTokens: entry.inputTokens,
    outputTokens: entry.outputTokens,
    totalTokensFresh: entry.totalTokensFresh,
    contextTokens: entry.contextTokens,
    contextTokensSource: entry.contextTokensSource,
    status: entry.status,
    endedMs: entry.endedAt,
    ranMs: entry.lastInteractionAt ?? entry.lastActivityAt,
    lastActivityMs: entry.lastInteractionAt ?? entry.lastActivityAt ?? entry.updatedAt,
    lastStoredMs: newest([entry.updatedAt, entry.lastInteractionAt, entry.lastActivityAt]),
  } satisfies Partial<StoredSession>;
}

function routeOf({ origin, deliveryContext, groupId, space, ...entry }: IndexEntry): StoredRoute {
  const named = entry.channel ?? entry.provider ?? entry.lastChannel ?? entry.lastProvider;
  return {
    channel: origin?.provider ?? deliveryContext?.channel ?? named,
    addresses: [origin?.from, origin?.to, deliveryContext?.to, groupId].filter((text) => typeof text === 'string'),
    threadId: origin?.threadId ?? deliveryContext?.threadId ?? null,
    nativeChannel: origin?.nativeChannelId ?? null,
    space,
    record: null,
  };
}

type Unseen = DiskProblem | 'unnamed';
type Found = KnownTranscript | Unseen;

interface Seen {
  readonly path: string;
  readonly root: string;
  readonly signature: FileSignature;
}

function see(path: string, { folders: { stateDir, roots }, looks }: TranscriptReading): Seen | Unseen {
  const root = roots.find((each) => isInside(path, each)) ?? stateDir;
  const signature = looks.signature(path, root);
  return typeof signature === 'string' ? signature : { path, root, signature };
}

function lookAt(
  { path, root, signature }: Seen,
  stored: StoredSession,
  { transcripts, needsLastUsage }: TranscriptReading,
): Found {
  const need = {
    isNeeded: () => needsLastUsage(stored, null),
    isEnough: (found: LastUsage) => isDecided(found, stored),
  };
  try {
    return transcripts.look(path, root, signature, need);
  } catch (error) {
    return diskError(error).problem;
  }
}

function transcriptOf(path: string | null, found: Found): Transcript {
  if (found === 'unnamed' || found === 'outside') return { state: 'unnamed' };
  // A folder or a pipe of that name is no transcript.
  if (found === 'not_regular') return { state: 'missing' };
  if (typeof found === 'string') return { state: found };
  const { signature, usage, summary } = found;
  return {
    state: 'there',
    path,
    bytes: signature.size,
    writtenMs: signature.mtimeMs,
    lastUsage: usage?.lastUsage ?? null,
    messages: summary?.messages ?? null,
    compactions: summary?.compactions ?? null,
    badRecords: summary?.badLines ?? null,
    oversizedRecords: summary?.oversizedRecords ?? null,
  };
}

function flawsOf({ sessionId }: IndexEntry, { flaws, other }: TranscriptPath, found: Found): Flaw[] {
  if (found === 'outside') return [...new Set<Flaw>([...flaws, 'leads_out'])];
  if (typeof found === 'string') return [...flaws];
  return [...flaws, ...(other === null ? [] : (['two_transcripts'] as const)), ...validationFlaws(found, sessionId)];
}

/** What the validated bytes of a transcript show; nothing before the deep scan. An empty file is no flaw of these. */
function validationFlaws({ summary, signature }: KnownTranscript, sessionId: string | null): Flaw[] {
  if (summary === null) return [];
  const { header, records, badLines, oversizedRecords, unfinished } = summary;
  const flaws: Flaw[] = unfinished ? ['unfinished'] : [];
  // The header may be in what was not judged.
  if (header === null && signature.size > 0 && oversizedRecords === 0)
    flaws.push(records + badLines > 0 ? 'header_missing' : 'no_record');
  if (header !== null && sessionId !== null && header.id !== sessionId) flaws.push('id_differs');
  return flaws;
}
