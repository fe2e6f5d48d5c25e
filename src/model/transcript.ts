/** The context in use, as the records of a transcript tell it. Tokens. */
export interface Usage {
  /** Of the last assistant message after the newest compaction or reset. */
  readonly after: number | null;
  /** Of the last assistant message before it. */
  readonly before: number | null;
  /** Whether there is a compaction or a reset at all. */
  readonly compacted: boolean;
}

export const NO_USAGE: Usage = { after: null, before: null, compacted: false };

/** A transcript that is there. */
export interface FoundTranscript {
  readonly state: 'there';
  /** Of its file; null: it lies in a database. */
  readonly path: string | null;
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
}

/** The transcript of a session. `unnamed`: nothing says where it would be; `denied`, `unreadable`: it could not be looked at. */
export type Transcript = FoundTranscript | { readonly state: 'missing' | 'unnamed' | 'denied' | 'unreadable' };

/** The transcript where it is there, else null. */
export function foundTranscript({ transcript }: { readonly transcript: Transcript }): FoundTranscript | null {
  return transcript.state === 'there' ? transcript : null;
}

/** What a whole transcript says; messages and compactions are counts of records. */
export interface TranscriptFacts {
  /** The first record that parses, when it is a header; `startedMs` is null when its time is none. */
  readonly header: { readonly id: string; readonly startedMs: number | null } | null;
  readonly records: number;
  readonly messages: number;
  readonly compactions: number;
  /** Whole lines that do not parse. */
  readonly badLines: number;
  /** Lines larger than the largest record that is judged. */
  readonly oversizedRecords: number;
  /** The file ends in bytes without a newline that do not parse. */
  readonly unfinished: boolean;
  readonly usage: Usage;
}

export const NO_FACTS: TranscriptFacts = {
  header: null,
  records: 0,
  messages: 0,
  compactions: 0,
  badLines: 0,
  oversizedRecords: 0,
  unfinished: false,
  usage: NO_USAGE,
};
