import type { Layout } from './layout.ts';
import type { Problem } from './problem.ts';
import type { StoredSession } from './session.ts';

/** What a database says beside its sessions. */
export interface DatabaseFigures {
  /** In pages that hold nothing; null: they are counted for the first of the agents that share the file. */
  readonly freeBytes: number | null;
  /** Messages that were accepted and not taken up; null: the version has no such table. */
  readonly pendingInputs: {
    readonly byState: readonly { readonly state: string; readonly inputs: number }[];
    /** Milliseconds since the epoch. */
    readonly oldestQueuedMs: number | null;
  } | null;
  /** The transcript of a deleted or reset session could not be written to its archive. */
  readonly unpublishedArchive: boolean;
}

/** What is known of a store, whether or not it could be read. */
interface StoreHead {
  readonly agent: string;
  readonly layout: Layout;
  /** PRAGMA user_version; 0 for `file` and `empty`. */
  readonly schema: number;
  /** OpenClaw's, as the database has it; null: it is the config's to say. */
  readonly version: string | null;
  readonly problems: readonly Problem[];
}

/** A store that was read; it can have problems all the same. */
export interface ReadableStore extends StoreHead {
  readonly readable: true;
  /** Other agents keep their sessions in the same file. */
  readonly shared: boolean;
  /** Without the archived ones. */
  readonly sessions: readonly StoredSession[];
  readonly archived: number;
  /** The newest write to index or transcripts, in milliseconds since the epoch; null when there are none. */
  readonly lastWriteMs: number | null;
  /** Where the transcripts of its sessions lie, archived ones too, whether or not they are there. */
  readonly transcriptPaths: readonly string[];
  /** null: there is no database with sessions. */
  readonly database: DatabaseFigures | null;
  /** Sessions of an index that the database does not hold: OpenClaw 2026.8.1 and later sees none of them. null: the index could not be looked at. */
  readonly unimported: number | null;
  /** When the figures were read, in milliseconds since the epoch, where they could not be read anew; else null. */
  readonly staleSinceMs: number | null;
}

/**
 * Of one store. OpenClaw keeps 5,000 where nobody says otherwise; a million, which 14 MB of an index can be, take minutes and
 * gigabytes to judge, and no other agent would be heard of meanwhile.
 */
export const MOST_SESSIONS = 100_000;

/** Of all that is kept of the sessions of one store, as they are stored: a session has some hundreds. With 100 million both processes took 320 MB. */
export const MOST_CHARACTERS = 64_000_000;

/** A store that could not be read: its problems say why, and nothing is known of its sessions. */
export interface UnreadableStore extends StoreHead {
  readonly readable: false;
}

/** What was read of one agent. */
export type StoreReading = ReadableStore | UnreadableStore;
