import { type DiskProblem, diskError, isInside } from '../../disk/files.ts';
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
  readonly transcripts: KeptTranscripts;
  readonly needsLastUsage: NeedsLastUsage;
  /** Of the whole index. */
  readonly chosenModels: ChosenModels;
}

/** An entry of an index with its transcript as a session. */
export function readSession(
  agent: string,
  { key, parsedKey, entry, named }: KeyedEntry,
  reading: TranscriptReading,
): StoredSession {
  const nothing: StoredSession = { ...NOTHING_STORED, agent, era: 'file', key, parsedKey };
  if (entry === null || named === null) return { ...nothing, flaws: ['entry_not_object'] };
  const stored = {
    ...nothing,
    ...storedOf(entry),
    override: modelOverride({ key, parsedKey, chatType: entry.chatType, entry }, reading.chosenModels),
  };
  const found = named.path === null ? 'unnamed' : lookAt(named.path, stored, reading);
  const header = typeof found === 'string' ? null : found.summary?.header;
  return {
    ...stored,
    flaws: flawsOf(entry, named, found),
    startedMs: entry.sessionStartedAt ?? header?.startedMs ?? null,
    transcript: transcriptOf(named.path, found),
  };
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

type Found = KnownTranscript | DiskProblem | 'unnamed';

function lookAt(
  path: string,
  stored: StoredSession,
  { folders: { stateDir, roots }, transcripts, needsLastUsage }: TranscriptReading,
): Found {
  const need = {
    isNeeded: () => needsLastUsage(stored, null),
    isEnough: (found: LastUsage) => isDecided(found, stored),
  };
  try {
    return transcripts.look(path, roots.find((root) => isInside(path, root)) ?? stateDir, need);
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
