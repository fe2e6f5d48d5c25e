import { newest } from '../newest.ts';
import type { Kind, ParsedKey } from '../openclaw/keys.ts';
import type { ModelOverride } from '../openclaw/model-override.ts';
import type { TokensSource } from '../openclaw/tokens.ts';
import type { Thresholds } from '../thresholds.ts';
import type { Placement } from './conversation.ts';
import type { Era } from './layout.ts';
import { foundTranscript, type Transcript } from './transcript.ts';

/** What is stored of a session's conversation beside its key. */
export interface StoredRoute {
  readonly channel: string | null;
  /** Texts that hold the peer's id with its letter case, as `telegram:group:-100…`: a key is mostly lower case. */
  readonly addresses: readonly string[];
  readonly threadId: string | null;
  /** The channel's own id of the conversation, as the room of a direct chat of Matrix. */
  readonly nativeChannel: string | null;
  readonly space: string | null;
  /** OpenClaw's own record of what routing asks for (2026.8.1 and later); what is null in it was absent. */
  readonly record: {
    readonly parent: string | null;
    readonly guild: string | null;
    readonly team: string | null;
    /** Of whoever wrote last. */
    readonly roles: readonly string[] | null;
  } | null;
}

/** What a reader finds wrong with a stored session. The checks say which of these count, and when. */
export type Flaw =
  /** The entry is no object: of a file nothing but its key is known, of a row what its columns say. */
  | 'entry_not_object'
  /** The entry has another session id than the transcript's header (file) or than its own row (SQLite). */
  | 'id_differs'
  /** File: `sessionFile` or `transcriptPath` is null, or nothing names a transcript. */
  | 'path_null'
  /** File: `sessionFile` or `sessionId` leads out of the state directory, and was not followed. */
  | 'leads_out'
  /** File: `sessionFile` and `sessionId` name different transcripts, and both are there. */
  | 'two_transcripts'
  /** File, after a deep scan: the first record that parses is no session header, or no line parses. */
  | 'header_missing'
  /** File, after a deep scan: the transcript has bytes and not one whole record yet. */
  | 'no_record'
  /** File, after a deep scan: the transcript ends in bytes that do not parse. */
  | 'unfinished'
  /** SQLite: the row has no window row. */
  | 'window_missing';

/** One session as its store tells of it; the readers of both eras make this and nothing else. */
export interface StoredSession {
  /** The agent whose store it lies in. */
  readonly agent: string;
  readonly era: Era;
  readonly key: string;
  /** What the key says. */
  readonly parsedKey: ParsedKey;
  readonly flaws: readonly Flaw[];
  readonly sessionId: string | null;
  readonly chatType: string | null;
  readonly account: string | null;
  readonly route: StoredRoute;
  /** Of the last run. */
  readonly model: string | null;
  readonly provider: string | null;
  /** Of the next one, a thread's as its parent has it; null: the configured model. */
  readonly override: ModelOverride | null;
  /** Tokens, all three of the last run. */
  readonly totalTokens: number | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  /** null: the version does not say. */
  readonly totalTokensFresh: boolean | null;
  readonly contextTokens: number | null;
  readonly contextTokensSource: string | null;
  readonly status: string | null;
  /** Milliseconds since the epoch, as all times here. */
  readonly endedMs: number | null;
  readonly startedMs: number | null;
  /** The last interaction or run; null: only the entry itself was ever changed. */
  readonly ranMs: number | null;
  readonly lastActivityMs: number | null;
  /** The newest of all times that were stored for it, its transcript's not among them. */
  readonly lastStoredMs: number | null;
  readonly transcript: Transcript;
  /** SQLite: when the younger of two windows of its key began that began within seconds of each other; null: none did. */
  readonly simultaneousStartMs: number | null;
}

/**
 * Whether the stored total does not tell the tokens by itself, so that a quick scan has to ask the transcript. `version`: as
 * the store has it.
 */
export type NeedsLastUsage = (session: StoredSession, version: string | null) => boolean;

/** A session of which nothing but its key is stored. Readers start from it, so that each fills only what its era has. */
export const NOTHING_STORED: Omit<StoredSession, 'agent' | 'era' | 'key' | 'parsedKey'> = {
  flaws: [],
  sessionId: null,
  chatType: null,
  account: null,
  route: { channel: null, addresses: [], threadId: null, nativeChannel: null, space: null, record: null },
  model: null,
  provider: null,
  override: null,
  totalTokens: null,
  inputTokens: null,
  outputTokens: null,
  totalTokensFresh: null,
  contextTokens: null,
  contextTokensSource: null,
  status: null,
  endedMs: null,
  startedMs: null,
  ranMs: null,
  lastActivityMs: null,
  lastStoredMs: null,
  transcript: { state: 'unnamed' },
  simultaneousStartMs: null,
};

/** The newest time that is known of a session, that of its transcript among them. */
export function lastWriteMs(session: Pick<StoredSession, 'lastStoredMs' | 'transcript'>): number | null {
  return newest([session.lastStoredMs, foundTranscript(session)?.writtenMs]);
}

/** In a file an entry that is no object says nothing but its key; of a row the columns and the window row still speak. */
export function isBrokenEntry({ era, flaws }: Pick<StoredSession, 'era' | 'flaws'>): boolean {
  return era === 'file' && flaws.includes('entry_not_object');
}

/** The model of the last run, else the one that was chosen for the first. */
export function knownModel({ model, provider, override }: Pick<StoredSession, 'model' | 'provider' | 'override'>) {
  return model === null && override !== null ? override : { model, provider };
}

/** A session with what can be concluded from it, its key and the config. */
export interface Session extends Omit<StoredSession, 'parsedKey'> {
  readonly kind: Kind;
  readonly channel: string | null;
  /** Tokens in the context after the last run; null when nobody knows. */
  readonly tokens: number | null;
  readonly tokensSource: TokensSource;
  readonly window: number | null;
  readonly effectiveWindow: number | null;
  readonly active: boolean;
  /** The agent that the key names, clean; null: it names none. */
  readonly keyAgent: string | null;
  /** Other agents keep their sessions in the same store. */
  readonly shared: boolean;
  readonly placement: Placement;
  /** Equal for all keys of one conversation, see `routing/same-conversation.ts`; null: the key names none. */
  readonly canonicalKey: string | null;
  readonly thresholds: Thresholds;
}
