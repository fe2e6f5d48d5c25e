import type { Kind } from '../openclaw/keys.ts';
import type { Thresholds } from '../thresholds.ts';
import type { Placement } from './conversation.ts';
import type { TranscriptFacts, Usage } from './transcript.ts';

/** `migrating`: index and database both hold sessions; those of the database count. */
export type Layout = 'file' | 'sqlite' | 'migrating' | 'empty';

/** Where sessions lie: an index and JSONL files, or a database (2026.8.1 and later). */
export type Era = 'file' | 'sqlite';

/** The era whose reader gave the sessions; what is empty could as well hold files. */
export function eraOf(layout: Layout): Era {
  return layout === 'sqlite' || layout === 'migrating' ? 'sqlite' : 'file';
}

/** Problems of a whole store. */
export const PROBLEMS = [
  'permission_denied',
  'index_unreadable',
  'index_empty',
  'index_invalid_json',
  'index_missing',
  'database_unreadable',
  'schema_unsupported',
  'database_mismatch',
  'database_missing',
  'wal_without_shm',
  'archive_unpublished',
] as const;

export type Problem = (typeof PROBLEMS)[number];

/** Those that are our own blindness, or that harm nobody yet: OpenClaw itself goes on. */
export const BLIND_PROBLEMS: readonly Problem[] = [
  'permission_denied',
  'schema_unsupported',
  'wal_without_shm',
  'archive_unpublished',
];

/** A transcript that is there. */
export interface Transcript {
  /** Of the file; in a database the logical bytes of its events; null: not known. */
  readonly bytes: number | null;
  /** Milliseconds since the epoch. */
  readonly writtenMs: number;
  readonly usage: Usage;
  /** Records of these types; null: not known yet. */
  readonly messages: number | null;
  readonly compactions: number | null;
  /** Whole lines, or events, that do not parse; null: not validated yet. */
  readonly badRecords: number | null;
  /** Lines, or events, that are too large to be judged (`LARGEST_RECORD_BYTES`); null: not validated yet. */
  readonly oversizedRecords: number | null;
  /** Of a file: null until the deep scan has validated it as it stands; a database has none. */
  readonly facts: TranscriptFacts | null;
}

/** What is stored of a session's conversation beside its key. */
export interface StoredRoute {
  readonly channel: string | null;
  /** Texts that hold the peer's id with its letter case, as `telegram:group:-100…`: a key is mostly lower case. */
  readonly addresses: readonly string[];
  readonly threadId: string | null;
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

/** One session as its store tells of it; the readers of both eras make this and nothing else. */
export interface StoredSession {
  /** The agent whose store it lies in. */
  readonly agent: string;
  readonly era: Era;
  readonly key: string;
  /** The entry is no object: of a file nothing but its key is known, of a row what its columns say. */
  readonly broken: boolean;
  readonly sessionId: string | null;
  /** The row is of another session id than its entry; a file says it in its header. */
  readonly idDiffers: boolean;
  /** The row has no window row. */
  readonly windowMissing: boolean;
  readonly chatType: string | null;
  readonly account: string | null;
  readonly route: StoredRoute;
  readonly model: string | null;
  readonly provider: string | null;
  /** Tokens, all three of the last run. */
  readonly totalTokens: number | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  /** null: the version does not say. */
  readonly totalTokensFresh: boolean | null;
  readonly contextTokens: number | null;
  readonly status: string | null;
  /** Milliseconds since the epoch, as all times here. */
  readonly endedMs: number | null;
  readonly startedMs: number | null;
  /** The last interaction or run; null: only the entry itself was ever changed. */
  readonly ranMs: number | null;
  readonly lastActivityMs: number | null;
  /** The newest of all times that were stored for it, its transcript's not among them. */
  readonly lastStoredMs: number | null;
  /** `sessionFile` or `transcriptPath` is null, or there is nothing to derive a path from. */
  readonly pathNull: boolean;
  /** `sessionFile` or `sessionId` leads out of the state directory; it was not followed. */
  readonly leadsOut: boolean;
  readonly transcript: Transcript | null;
  /** Of its file, where it has one. */
  readonly transcriptPath: string | null;
  /** `sessionFile` and `sessionId` name different transcripts, and both are there. */
  readonly twoTranscripts: boolean;
  /** Two transcripts of it began within seconds (SQLite): when the younger one did, in milliseconds since the epoch. */
  readonly twinMs: number | null;
  /** `unnamed`: nothing says where it would be; `denied`, `unreadable`: it could not be looked at. */
  readonly transcriptState: 'there' | 'missing' | 'unnamed' | 'denied' | 'unreadable';
}

export type TokensSource = 'index' | 'transcript' | 'none';

/** A session with what can be concluded from it and the config. */
export interface Session extends StoredSession {
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
  /** Equal for all keys of one conversation; null: the key has none that could be told from another. */
  readonly identity: string | null;
  readonly thresholds: Thresholds;
}

/** What can be wrong with a session. */
export const FINDINGS = ['corrupted', 'duplicate', 'stray', 'collision', 'stuck'] as const;

/** Something that is wrong with a session. */
export interface Finding {
  readonly finding: (typeof FINDINGS)[number];
  /** Empty where a finding has no reasons. */
  readonly reason: string;
  /** The agent that the session belongs to, where the finding is about that; else empty. */
  readonly expectedAgent: string;
}

/** What a database says beside its sessions. */
export interface DatabaseFigures {
  /** In pages that hold nothing. */
  readonly freeBytes: number;
  /** Messages that were accepted and not taken up; null: the version has no such table. */
  readonly pendingInputs: {
    readonly byState: readonly { readonly state: string; readonly inputs: number }[];
    /** Milliseconds since the epoch. */
    readonly oldestQueuedMs: number | null;
  } | null;
  /** The transcript of a deleted or reset session could not be written to its archive. */
  readonly unpublishedArchive: boolean;
}

/** What was read of one agent. */
export interface StoreReading {
  readonly agent: string;
  readonly layout: Layout;
  /** Other agents keep their sessions in the same file. */
  readonly shared: boolean;
  /** PRAGMA user_version; 0 for `file` and `empty`. */
  readonly schema: number;
  /** OpenClaw's, as the database has it; null: it is the config's to say. */
  readonly version: string | null;
  readonly readable: boolean;
  readonly problems: readonly Problem[];
  /** Without the archived ones. */
  readonly sessions: readonly StoredSession[];
  readonly archived: number;
  /** The newest write to index or transcripts, in milliseconds since the epoch; null when there are none. */
  readonly lastWriteMs: number | null;
  /** Where the transcripts of its sessions lie, archived ones too, whether or not they are there. */
  readonly transcriptPaths: readonly string[];
  /** null: there is no database with sessions. */
  readonly database: DatabaseFigures | null;
  /** Sessions of an index that the database does not hold: OpenClaw 2026.8.1 and later sees none of them. */
  readonly unimported: number;
  /** When the figures were read, in milliseconds since the epoch, where they could not be read anew; else null. */
  readonly staleSinceMs: number | null;
}
