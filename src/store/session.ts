import type { Thresholds } from '../thresholds.ts';
import type { Kind } from './kinds.ts';
import type { TranscriptFacts, Usage } from './transcript-facts.ts';

/** `sqlite` is recognised and not read yet. */
export type Layout = 'file' | 'sqlite' | 'empty';

/** Problems of a whole store. */
export const PROBLEMS = [
  'permission_denied',
  'index_unreadable',
  'index_empty',
  'index_invalid_json',
  'index_missing',
  'schema_unsupported',
] as const;

export type Problem = (typeof PROBLEMS)[number];

/** A transcript that is there. */
export interface Transcript {
  readonly bytes: number;
  /** Milliseconds since the epoch. */
  readonly writtenMs: number;
  readonly usage: Usage;
  /** null until the deep scan has validated it as it stands. */
  readonly facts: TranscriptFacts | null;
}

/** One session as its store tells of it; the readers of both eras make this and nothing else. */
export interface StoredSession {
  /** The agent whose store it lies in. */
  readonly agent: string;
  readonly key: string;
  /** The entry is no object: nothing but its key is known. */
  readonly broken: boolean;
  readonly sessionId: string | null;
  readonly chatType: string | null;
  readonly account: string | null;
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
  readonly lastActivityMs: number | null;
  /** The newest of all times that were stored for it, its transcript's not among them. */
  readonly lastStoredMs: number | null;
  /** `sessionFile` or `transcriptPath` is null, or there is nothing to derive a path from. */
  readonly pathNull: boolean;
  /** `sessionFile` or `sessionId` leads out of the state directory; it was not followed. */
  readonly leadsOut: boolean;
  readonly transcript: Transcript | null;
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
  readonly thresholds: Thresholds;
}

/** What can be wrong with a session. */
export const FINDINGS = ['corrupted', 'stuck'] as const;

/** Something that is wrong with a session. */
export interface Finding {
  readonly finding: (typeof FINDINGS)[number];
  /** Empty where a finding has no reasons. */
  readonly reason: string;
  /** The agent that the session belongs to, where the finding is about that; else empty. */
  readonly expectedAgent: string;
}

/** What was read of one agent. */
export interface StoreReading {
  readonly agent: string;
  readonly layout: Layout;
  /** PRAGMA user_version; 0 for `file` and `empty`. */
  readonly schema: number;
  readonly readable: boolean;
  readonly problems: readonly Problem[];
  /** Without the archived ones. */
  readonly sessions: readonly StoredSession[];
  readonly archived: number;
  /** The newest write to index or transcripts, in milliseconds since the epoch; null when there are none. */
  readonly lastWriteMs: number | null;
  /** Where the transcripts of its sessions lie, archived ones too, whether or not they are there. */
  readonly transcriptPaths: readonly string[];
}
